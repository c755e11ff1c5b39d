"""A cluster looked at from every side, notes, case folders, comparing, and what a text resembles."""
