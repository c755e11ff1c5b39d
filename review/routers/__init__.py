"""One router per part of the application. Every endpoint names its roles with ``open_to``; ``app.py`` lists the routers."""
