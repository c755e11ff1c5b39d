"""A site that nobody here wrote: django-classified 1.3 from PyPI, on Django 5.2, in an environment of its own.

Use it so::

    from tests.targets.django_classified import DjangoClassified, definition, expected

    with DjangoClassified(folder) as site:          # folder: for its database; made anew
        source = Source.model_validate(definition(site.base_url))
        ...crawl...                                 # expected(1): key -> title, body, price, place, category, contact
        site.second_state()                         # 10 changed, 10 new, 10 gone, see CHANGED, NEW, GONE
        ...crawl again...                           # expected(2)

The environment is made once and kept under the checkout's ``.cache``; making it needs the package index. The server runs as a
process of its own, listens on loopback only and is stopped by its pid.

The package's RSS feed is cached for 15 minutes, as on a real installation: after ``second_state`` it goes on naming adverts
that are gone (they answer 404) and does not name the new ones yet. Sitemap and group pages are always fresh.
"""

from tests.targets.django_classified.project.listings import CHANGED, GONE, NEW, expected
from tests.targets.django_classified.site import DjangoClassified, definition, write_definition

__all__ = ["CHANGED", "GONE", "NEW", "DjangoClassified", "definition", "expected", "write_definition"]
