"""The bundled example site: two platforms with invented adverts, served on loopback, and the truth about them.

``serve(state)`` serves both platforms, ``definitions(base_urls, folder)`` writes the source definitions that read them,
``truth(state)`` tells what every advert really is, ``changes()`` what differs between the two states. Everything is
deterministic: the same checkout gives the same adverts, numbers, dates and item numbers.
"""

from examples.site.adverts import PLATFORMS, Changes, DemoAdvert, adverts, changes, truth
from examples.site.definition_files import definitions
from examples.site.server import Site, serve

__all__ = ["PLATFORMS", "Changes", "DemoAdvert", "Site", "adverts", "changes", "definitions", "serve", "truth"]
