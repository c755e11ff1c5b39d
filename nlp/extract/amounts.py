"""Amounts of money in a text: figures or number words with a currency before or after, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from nlp.extract.digits import NumberWords
from nlp.extract.lexicon import Lexicon
from nlp.extract.page import MOST, Page, View
from strazha.model.screening import MentionKind

NUMBER = re.compile(
    r"(?<![\w.,])(?<!\d/)(?:\d{1,3}(?:[ .,'\u2019]\d{3}){1,2}(?![\d])(?:[.,]\d{1,2}(?!\d))?|\d{1,7}(?:[.,]\d{1,2}(?!\d))?)"
)
SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD", "₴": "UAH", "₽": "RUB", "₺": "TRY"}
#: Numbers in these are not looked at.
_OTHERS = (MentionKind.PHONE, MentionKind.EMAIL, MentionKind.URL, MentionKind.HANDLE)
_CROWNS = {"CZ": "CZK", "DK": "DKK", "NO": "NOK", "SE": "SEK"}
_JOINER = re.compile(
    r"\s{0,2}[-–—/÷]\s{0,2}|\s{0,2}[€£$]\s?[-–—]\s?"
    r"|\s{1,2}(?:до|to|bis|la|and|и|or|или|oder|pana la|up to|a|hasta|y|do|з|und|si|εως|μεχρι|ile)\s{1,2}"
)
_DASH = re.compile(r"\s?[-–—]\s?|\s(?:to|до|bis|la|a)\s")
_THOUSANDS_GAP = re.compile(r"[ .,'\u2019](?=\d{3}(?:\D|$))")
#: "хиляда и двеста", "mil doscientos": thousands that are one thousand where no number stands before them.
_ONE_THOUSAND = frozenset({"хиляда", "mil", "bin", "тысяча", "тысячу", "тисяча", "тисячу", "хиљада", "χιλια", "tausend", "mie"})
#: A bare e after a number is euro where it is joined to it ("200e") or a period follows ("2400 e na mesec").
_E = re.compile(r"(?<=\d\d)[eе](?![\w'])|\s[eе](?=\s(?:na|per|a|an|pe|на|за|pro|im|al|la|por)\s)|[eе](?=\s?/)")
#: "тысяч 10 евро": about ten thousand.
_ABOUT = re.compile(r"(?<!\d\s)(?<!\w)(?:тысяч|тыщ|тисяч)\s$")
#: Notes that are called by their worth.
_NOTES = {"tenner": (10.0, "GBP"), "fiver": (5.0, "GBP")}
_BEFORE_CURRENCY = re.compile(r"(?:,-|\.-|\+)?\s{0,2}(?:de\s)?[(]?")


@dataclass(slots=True)
class Amount:
    """An amount in a view: ``[start, end)`` with its currency; its period may follow ``after`` or precede ``before``."""

    start: int
    end: int
    value: float
    currency: str
    before: int
    after: int
    per: str | None = None
    #: The period stands beside it.
    sure: bool = False
    #: A word beside it says what it is for.
    told: bool = False


@dataclass(slots=True)
class Number:
    """A number in figures or words at ``[start, end)`` of a view."""

    start: int
    end: int
    value: float
    multiplied: bool = False
    #: The currency where the word itself names one ("a tenner").
    note: str = ""


class Money:
    """Currency and number words of a set of languages."""

    def __init__(
        self, numbers: NumberWords, thousand: frozenset[str], currencies: Mapping[str, str], crowns: frozenset[str]
    ) -> None:
        self._numbers = numbers
        self._thousand = thousand
        #: Words that a spoken number can begin with.
        self._telling = frozenset(word for word in numbers.values if not word.isdigit()) | numbers.hundreds
        self._telling |= _ONE_THOUSAND & thousand
        self._currencies: Lexicon[str] = Lexicon({**currencies, **dict.fromkeys(crowns, "crowns")})

    def amounts(self, page: Page, view: View, numbers: Sequence[Number]) -> Iterator[Amount]:
        """All amounts with a currency among the numbers of a view, in order; both ends of a range."""
        pending: list[Number] = []
        last = 0
        # An amount whose currency stands before it ("€50-60"): a range goes on behind its first number.
        ahead: Amount | None = None
        for index, number in enumerate(numbers):
            if number.note:
                yield Amount(number.start, number.end, number.value, number.note, number.start, number.end)
                last, ahead, pending = number.end, None, []
                continue
            currency, before, after = self._currency(view, number, last)
            if (
                not currency
                and ahead is not None
                and index
                and _DASH.fullmatch(view.plain, numbers[index - 1].end, number.start)
            ):
                yield Amount(number.start, number.end, number.value, ahead.currency, ahead.before, number.end)
                ahead.after, last, ahead, pending = number.end, number.end, None, []
                continue
            ahead = None
            if not currency:
                following = numbers[index + 1].start if index + 1 < len(numbers) else -1
                joined = following > 0 and following - number.end <= 12 and _JOINER.fullmatch(view.plain, number.end, following)
                # "за двама - 45 лв": words and figures are no range.
                alike = joined and view.plain[number.start].isdigit() == view.plain[following].isdigit()
                pending = [*pending[-1:], number] if alike else []
                continue
            if currency == "crowns":
                currency = _crowns(page)
            # "над 60 – 45 лв", "пакет от 10 - 340 лв": what falls, or is far apart, is no range.
            first = pending[-1].value if pending else number.value
            if pending and not number.multiplied and (first >= number.value or (first < 20 and number.value > 8 * first)):
                pending = []
            group = [*pending, number]
            if number.multiplied:
                for other in pending:
                    # "4-5 thousand": the multiplier belongs to both ends.
                    other.value *= 1000 if other.value < 1000 and not other.multiplied else 1
            for other in group:
                final = after if other is number else other.end
                first = min(before, other.start) if other is group[0] else other.start
                amount = Amount(
                    first, final, other.value, currency, group[0].start if before > group[0].start else before, after
                )
                ahead = amount if before < number.start and len(group) == 1 else None
                yield amount
            last, pending = after, []

    def _currency(self, view: View, number: Number, last: int) -> tuple[str, int, int]:
        """The currency beside a number and where number and currency together begin and end."""
        text = view.plain
        gap = _BEFORE_CURRENCY.match(text, number.end)
        at = gap.end() if gap else number.end
        if symbol := SYMBOLS.get(text[at : at + 1]):
            return symbol, number.start, at + 1
        beside = text[number.end : number.end + 2]
        if ("e" in beside or "е" in beside) and (letter := _E.match(text, number.end)):
            return "EUR", number.start, letter.end()
        index = view.word_after(at)
        if index < len(view.words) and view.words[index].start == at and (found := self._currencies.at(view.words, index)):
            return found[0], number.start, view.words[index + found[1] - 1].end
        head = text[: number.start].rstrip(" .") if number.start < 4 else text[number.start - 4 : number.start].rstrip(" .")
        begin = number.start - (min(4, number.start) - len(head))
        if head and head[-1] in SYMBOLS and begin > last:
            return SYMBOLS[head[-1]], begin - 1, number.end
        index = view.word_after(number.start) - 1
        if (
            index >= 0
            and view.words[index].end > last
            and number.start - view.words[index].end <= 2
            and "\n" not in text[view.words[index].end : number.start]
        ):
            word = view.words[index]
            value = self._currencies.word(word.text)
            # Only abbreviations stand before an amount; "евро 50" is the end of one price and the start of another.
            if value and value != "crowns" and word.text.upper() == value:
                return value, word.start, number.end
        return "", number.start, number.end

    def numbers(self, view: View) -> list[Number]:
        """Figures and spoken numbers of a view, in order, outside telephones and addresses."""
        found = [*islice(self._figures(view), MOST)]
        if notes := _NOTES.keys() & view.vocabulary:
            found += [
                Number(
                    view.words[at].start,
                    view.words[at].end,
                    *_NOTES[view.words[at].text][:1],
                    False,
                    _NOTES[view.words[at].text][1],
                )
                for at in view.places_of(notes)
            ]
        if spoken := [*islice(self._spoken(view), MOST)]:
            # "6 bin dolar": the thousand belongs to the figure before it and is no number beside it.
            multiplied = {number.end for number in found if number.multiplied}
            found += [number for number in spoken if number.end not in multiplied]
        if notes or spoken:
            found.sort(key=lambda number: number.start)
        if not view.found:
            return found
        return [number for number in found if not view.taken(number.start, number.end, _OTHERS)]

    def _figures(self, view: View) -> Iterator[Number]:
        last, taken = 0, bool(view.found)
        for start in view.figures:
            match = NUMBER.match(view.plain, start) if start >= last else None
            if match is None:
                continue
            last = end = match.end()
            if taken and view.taken(start, end, _OTHERS):
                continue
            value = figure(match.group())
            if value is None:
                continue
            multiplied = False
            tail = view.plain[end : end + 2]
            if tail[:1] in {"k", "к"} and not tail[1:2].isalnum():
                value, end, multiplied = value * 1000, end + 1, True
            else:
                index = view.word_after(end)
                if start and _ABOUT.search(view.plain, max(0, start - 8), start) and value < 1000:
                    value, multiplied = value * 1000, True
                elif (
                    index < len(view.words) and view.words[index].start - end <= 2 and view.words[index].text in self._thousand
                ):
                    value, end, multiplied = value * 1000, view.words[index].end, True
                    # "2,5 тыс. евро": the full stop of an abbreviation.
                    if end - view.words[index].start <= 4 and view.plain[end : end + 2] == ". ":
                        end += 1
            yield Number(match.start(), end, value, multiplied)

    def _spoken(self, view: View) -> Iterator[Number]:
        words = view.words
        telling = self._telling.intersection(view.vocabulary)
        if not telling:
            return
        after = 0
        for index in view.places_of(telling):
            if index < after:
                continue
            size, value, multiplied = self._say(view, index)
            if size:
                yield Number(words[index].start, words[index + size - 1].end, float(value), multiplied)
                after = index + size

    def _say(self, view: View, index: int) -> tuple[int, int, bool]:
        """How many tokens from ``index`` on are one spoken number, its value, and whether it ended in thousands."""
        words = view.words
        total = part = size = 0
        multiplied = False
        for place in range(index, min(index + 8, len(words))):
            word = words[place].text
            if place > index and words[place].start - words[place - 1].end > 2:
                break
            value = self._numbers.values.get(word)
            if value is not None and not word.isdigit():
                part += value
            elif word in self._numbers.hundreds and (part or place == index):
                part = (part or 1) * 100
            elif word in self._thousand and (size or (place == index and word in _ONE_THOUSAND)):
                total, part, multiplied = total + (part or 1) * 1000, 0, True
            elif word not in self._numbers.ands or not size:
                break
            else:
                continue
            size = place - index + 1
        return (size, total + part, multiplied) if total + part else (0, 0, False)


def figure(text: str) -> float | None:
    """The value of figures with thousands marks and a decimal sign in either convention."""
    try:
        return float(_THOUSANDS_GAP.sub("", text).replace(",", "."))
    except ValueError:
        return None


def _crowns(page: Page) -> str:
    for view in page.all_views():
        for found in view.found:
            if found.kind is MentionKind.PLACE and isinstance(found.value, dict) and found.value["country"] in _CROWNS:
                return _CROWNS[str(found.value["country"])]
    return "CZK"
