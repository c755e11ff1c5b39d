"""Fills the database: ``seed.py 1`` makes it with 300 adverts, ``seed.py 2`` applies the second state."""

import sys

import django


def first_state() -> None:
    """Make all rows."""
    from django.contrib.auth.models import User
    from django_classified.models import Area, Group, Profile, Section
    from listings import AREAS, GROUPS, SELLERS, listings, phone_of

    for number, name in enumerate(AREAS):
        Area.objects.create(slug=f"area-{number}", title=name)
    for section, groups in GROUPS.items():
        row = Section.objects.create(title=section)
        for group in groups:
            Group.objects.create(title=group, section=row)
    for number in range(SELLERS):
        user = User.objects.create(username=f"seller{number}", password="!")
        Profile.objects.create(user=user, phone=phone_of(number))
    for listing in listings(1).values():
        _create(listing)


def second_state() -> None:
    """Change, add and take away; half of those gone are deleted, half only made inactive."""
    from django_classified.models import Area, Item
    from listings import CHANGED, GONE, NEW, listings

    after = listings(2)
    for key in CHANGED:
        item, listing = Item.objects.get(pk=key), after[key]
        item.title, item.description, item.price = listing.title, listing.body, listing.price
        item.area = Area.objects.get(title=listing.place)
        item.save()
    for key in NEW:
        _create(after[key])
    for turn, key in enumerate(GONE):
        if turn % 2:
            Item.objects.get(pk=key).delete()
        else:
            Item.objects.filter(pk=key).update(is_active=False)


def _create(listing) -> None:
    from django.contrib.auth.models import User
    from django_classified.models import Area, Group, Item

    Item.objects.create(
        pk=listing.key,
        user=User.objects.get(username=f"seller{listing.seller}"),
        group=Group.objects.get(title=listing.group),
        area=Area.objects.get(title=listing.place),
        title=listing.title,
        description=listing.body,
        price=listing.price,
    )


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        {"1": first_state, "2": second_state}[sys.argv[1]]()
