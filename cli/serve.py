"""``strazha serve``: the review pages."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default=None, help="Address to listen on (setting STRAZHA_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port to listen on; 0 takes a free one.")
def command(host: str | None, port: int | None) -> None:
    """Serve the review pages until interrupted.

    Accounts are made with ``strazha user add``. On an address that others can reach, name the host names the pages answer to
    (STRAZHA_HOSTS) and serve them through a proxy that speaks HTTPS (STRAZHA_HTTPS=true).
    """
    from review.server import serve
    from strazha.settings import settings

    serve(settings(), host=host, port=port, say=click.echo)
