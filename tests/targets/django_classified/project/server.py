"""Serves the site on a free loopback port and prints its address; sitemap and feed are told that address first."""

from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.core.wsgi import get_wsgi_application


class Server(ThreadingMixIn, WSGIServer):
    """One thread a request."""

    daemon_threads = True
    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    """No line for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


if __name__ == "__main__":
    django.setup()
    from django.contrib.sites.models import Site

    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    address = f"127.0.0.1:{server.server_port}"
    Site.objects.update_or_create(pk=1, defaults={"domain": address, "name": "Example adverts"})
    print(f"http://{address}", flush=True)
    server.serve_forever(poll_interval=0.1)
