"""Digits as somebody in a region would dial them: E.164 with how sure that is, through phonenumbers (libphonenumber's port)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

#: Ranges reserved for fiction: valid-looking, never assigned to anybody. libphonenumber refuses some of them.
FICTIONAL = re.compile(
    r"\+(?:447700900\d{3}|441632960\d{3}|44(?:113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|442079460\d{3}|44(?:2890|2920)(?:180|496)\d{4}|448081570\d{3}"
    r"|49176040690\d{2}|493023125\d{3}|4917139200\d{2}|4915228817386|4915228895456|4915228[0-9]{6}99|1\d{3}55501\d{2}|359888[0]\d{5}|35999910\d{4}|336399800\d{2}|33199001\d{4}|407000000\d{2})$"
)
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_COUNTRY_CODES = (
    "359", "40", "44", "49", "30", "90", "381", "34", "380", "7", "43", "41", "48", "39", "33", "31", "32", "357", "389",
    "373", "353", "420", "45", "46", "47", "351", "36", "385", "386",
)  # fmt: skip

#: How sure a reading is: a mobile number of a region the advert points to, or one with its country code; a landline number of
#: such a region beside a telephone cue; a mobile number of any other region; any other landline number beside a cue.
SURE, OWN, OTHER, CUED, NONE = range(5)


class Plan(NamedTuple):
    """Where an advert's numbers belong."""

    #: Regions to try, most likely first (ISO 3166).
    regions: tuple[str, ...]
    #: Those that the advert points to: its country, Bulgaria, its languages' regions.
    near: frozenset[str]
    #: The advert's stated country alone, or nothing.
    stated: str
    #: Those whose numbers may come without a trunk zero: its country, its languages' first regions.
    own: frozenset[str]


@lru_cache(maxsize=20_000)
def dialled(digits: str, plus: bool, plan: Plan, cue: bool) -> tuple[int, str]:
    """How sure (the lower the surer) and which number in E.164; ``(NONE, "")`` where it is none."""
    if plus:
        value = _valid("+" + digits, None)[0]
        return (SURE, value) if value else (NONE, "")
    if digits.startswith("00") and len(digits) >= 11 and (value := _valid("+" + digits[2:], None)[0]):
        return SURE, value
    best, number = NONE, ""
    trunk = digits.startswith("0")
    for region in plan.regions:
        # Without a trunk zero a number is trusted only where the advert's own languages or country use none.
        if not (trunk or (region in plan.own and _no_trunk(region))):
            continue
        value, mobile = _valid(digits, region)
        if value:
            # Nobody else's numbers look like those kept for fiction.
            near = region in plan.near or FICTIONAL.match(value) is not None
            # Times, codes and lists of figures are valid landline numbers somewhere: these need a word for telephones beside.
            fixed = (OWN if near else CUED) if cue or region == plan.stated else NONE
            rank = (SURE if near else OTHER) if mobile else fixed
            if rank < best:
                best, number = rank, value
            if rank == SURE:
                break
    if best > SURE and not trunk:
        other = _without_trunk(digits, plan, cue)
        best, number = min((best, number), other)
    return best, number


def _without_trunk(digits: str, plan: Plan, cue: bool) -> tuple[int, str]:
    if len(digits) >= 10 and digits.startswith(_COUNTRY_CODES):
        value, mobile = _valid("+" + digits, None)
        if value and (mobile or len(digits) >= 11):
            return SURE if mobile else OTHER, value
    if cue and len(digits) >= 9:
        for region in plan.regions:
            if region in plan.near and not _no_trunk(region):
                value, mobile = _valid("0" + digits, region)
                if value and mobile:
                    return OWN, value
    return NONE, ""


@lru_cache(maxsize=64)
def _no_trunk(region: str) -> bool:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return metadata is not None and metadata.national_prefix != "0"


@lru_cache(maxsize=20_000)
def _valid(number: str, region: str | None) -> tuple[str, bool]:
    """The number in E.164 if it is valid, and whether it is a mobile one (numbers kept for fiction count as such)."""
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        return "", False
    value: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if FICTIONAL.match(value):
        return value, True
    if not phonenumbers.is_valid_number(parsed):
        return "", False
    return value, phonenumbers.number_type(parsed) in _MOBILE
