"""Plain text: no worse than libphonenumber's own matcher on cases like those of its published tests.

The behaviours are those that PhoneNumberMatcherTest asks for (numbers amid text, in brackets, with extensions, side by side;
dates, times, prices and number-like junk left alone), written anew. Where the library at its default leniency finds what its
stricter levels refuse (a date with figures behind it), a reader finds nothing, and nothing is expected here.
"""

from __future__ import annotations

import phonenumbers
import pytest

from nlp.pipeline import Reader

READER = Reader()
FIRST, SECOND = "+16505550123", "+14155550177"
#: Text, country, numbers that a reader would dial.
CASES: list[tuple[str, str, list[str]]] = [
    ("650-555-0123", "US", [FIRST]),
    ("This is my number: 650-555-0123", "US", [FIRST]),
    ("Call 650 555 0123 on Monday", "US", [FIRST]),
    ("(650) 555-0123", "US", [FIRST]),
    ("(650)555-0123.", "US", [FIRST]),
    ("call (650) 555-0123 today", "US", [FIRST]),
    ("1-650-555-0123", "US", [FIRST]),
    ("+1 650 555 0123", "GB", [FIRST]),
    ("+1-650-555-0123", "BG", [FIRST]),
    ("(+1) 650 555 0123", "GB", [FIRST]),
    ("650.555.0123", "US", [FIRST]),
    ("6505550123", "US", [FIRST]),
    ("415/555/0177", "US", [SECOND]),
    ("415-555-0177 or 650-555-0123", "US", [SECOND, FIRST]),
    ("415-555-0177, 650-555-0123", "US", [SECOND, FIRST]),
    ("415-555-0177; 650-555-0123", "US", [SECOND, FIRST]),
    ("415-555-0177\n650-555-0123", "US", [SECOND, FIRST]),
    ("415-555-0177 (650-555-0123)", "US", [SECOND, FIRST]),
    ("Tel 415-555-0177 ext. 23", "US", [SECOND]),
    ("Tel 415-555-0177x23", "US", [SECOND]),
    ("As I said on 03/10/2011, call me at 415-555-0177", "US", [SECOND]),
    ("As I said on 27/03/2011, call me at 415-555-0177", "US", [SECOND]),
    ("Call 415-555-0177 at 08:00", "US", [SECOND]),
    ("Call 415-555-0177 -- 2.30 an hour", "US", [SECOND]),
    ("tel:+1-650-555-0123", "GB", [FIRST]),
    ("Tel: 011 44 7700 900 123", "US", ["+447700900123"]),
    ("0044 7700 900123", "DE", ["+447700900123"]),
    ("tel 020 7946 0123", "GB", ["+442079460123"]),
    ("Phone (020) 7946 0123", "GB", ["+442079460123"]),
    ("Phone +44 (0)20 7946 0123", "US", ["+442079460123"]),
    ("ruf an: 030 23125 123", "DE", ["+493023125123"]),
    ("+49 30 23125123", "US", ["+493023125123"]),
    ("Telefon 030/23125123", "DE", ["+493023125123"]),
    ("Tel. 06 39 98 00 12", "FR", ["+33639980012"]),
    ("+33 6 39 98 00 12", "GB", ["+33639980012"]),
    ("12345", "US", []),
    ("23456789", "US", []),
    ("234567890112", "US", []),
    ("3/10/1984", "US", []),
    ("03/27/2011", "US", []),
    ("31/8/2011", "US", []),
    ("1/12/2011", "US", []),
    ("10/12/82", "DE", []),
    ("2012-01-02 08:00", "US", []),
    ("2012/01/02 08:00", "US", []),
    ("20120102 08:00", "US", []),
    ("2014-04-12 04:04 PM", "US", []),
    ("1979-2011 100", "US", []),
    ("12.1 - 23.71 - 23.45", "US", []),
    ("12 7/8 - 14 12/34 - 5", "US", []),
    ("$650 555 0123", "US", []),
    ("650-555-0123%", "US", []),
    ("Reg. no. 4155550177", "US", []),
    ("between 100 and 200 pages, 300 euro, 400 g", "US", []),
    ("Pages 1234-5678, vol. 12", "GB", []),
    ("ISBN 978-3-16-148410-0", "DE", []),
    ("IP 192.168.100.200", "GB", []),
    ("51.5073509, -0.1277583", "GB", []),
    ("16:30 - 18:45, 20:15 - 22:00", "DE", []),
]


def _ours(text: str, country: str) -> list[str]:
    return [str(m.value) for m in READER.read("", text, country=country).mentions if m.kind == "phone"]


def _theirs(text: str, country: str) -> list[str]:
    matches = phonenumbers.PhoneNumberMatcher(text, country)
    return [phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in matches]


@pytest.mark.parametrize(("text", "country", "numbers"), CASES)
def test_a_plain_number_is_read_as_the_library_reads_it(text: str, country: str, numbers: list[str]) -> None:
    assert _ours(text, country) == numbers


def test_no_worse_than_the_library_in_all() -> None:
    ours = sum(_ours(text, country) == numbers for text, country, numbers in CASES)
    theirs = sum(_theirs(text, country) == numbers for text, country, numbers in CASES)
    assert ours >= theirs
