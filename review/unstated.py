"""What an advert does not say. Silence is no evidence by itself; it is what a reader asks for next."""

from __future__ import annotations

from collections.abc import Iterator

from review.cover import CONTACT_KINDS
from review.i18n import marked
from strazha.model import AdType, Advert, MentionKind, Screening

NO_CONTACT = marked("how to get in touch")
NO_NAME = marked("a name")
NO_AGE = marked("an age")
NO_PLACE = marked("a place")
NO_PRICE = marked("a price")
NO_PAY = marked("the pay")
NO_PER = marked("what the sum is for (hour, month ...)")
NO_EMPLOYER = marked("an employer or agency")
NO_FARE = marked("what the journey costs")
NO_POSTED = marked("when it was posted")
NO_PICTURE = marked("a picture")

#: Rules whose hit says that something is missing (indicators/structured.py).
EMPLOYER_RULE = "employer.absent"


def unstated(advert: Advert, screening: Screening) -> tuple[str, ...]:
    """What neither the text (as far as it was understood) nor the site's fields give, in the order a reader asks."""
    return tuple(dict.fromkeys(_missing(advert, screening)))


def _missing(advert: Advert, screening: Screening) -> Iterator[str]:
    found = {mention.kind for mention in screening.mentions}
    if any(hit.rule == EMPLOYER_RULE for hit in screening.hits):
        yield NO_EMPLOYER
    if not (found & CONTACT_KINDS or advert.contact):
        yield NO_CONTACT
    if MentionKind.PLACE not in found and not advert.place:
        yield NO_PLACE
    if MentionKind.NAME not in found and not advert.seller:
        yield NO_NAME
    if screening.ad_type is AdType.ADULT and MentionKind.AGE not in found:
        yield NO_AGE
    prices = [mention.value for mention in screening.mentions if mention.kind is MentionKind.PRICE]
    if not prices and advert.price is None:
        yield {AdType.JOB: NO_PAY, AdType.TRANSPORT: NO_FARE}.get(screening.ad_type, NO_PRICE)
    elif prices and screening.ad_type is AdType.JOB and not any(isinstance(one, dict) and one.get("per") for one in prices):
        yield NO_PER
    if advert.posted_at is None:
        yield NO_POSTED
    if not advert.images:
        yield NO_PICTURE
