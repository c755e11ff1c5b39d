"""What a watch asks of the index: from a search's address, or from the lines of a list."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.datastructures import QueryParams

from review.ask import SearchAsk, clean
from review.i18n import marked
from strazha.errors import BadInputError
from strazha.ledger.watch_records import Asked, Kind
from strazha.store.folding import MIN_PIECE, contact_piece, digit_runs
from strazha.store.query import Query

#: Lines of one list, each of which is asked for at the end of every run; characters of one line.
MOST_LINES, LINE_LIMIT = 200, 200
BOTH: tuple[Kind, ...] = ("advert", "cluster")

NOTHING = marked("A search for everything cannot be watched. Add words, a contact or a filter.")
NO_LINES = marked("The list is empty.")
TOO_LONG = marked("The list is too long.")
TOO_SHORT = marked("A line is too short to tell anything: five digits, three letters or more.")


def of_search(query: str) -> tuple[str, tuple[Asked, ...]]:
    """A search's address, read and written anew, and what it asks; BadInputError (its problem is for the page) for everything.

    What people decided is left out: a watch would tell of double reviews that are blind.
    """
    ask = SearchAsk.read(QueryParams(query))
    ask.filters.pop("decision", None)
    if ask.empty:
        raise BadInputError(NOTHING)
    kinds: tuple[Kind, ...] = ("advert",) if ask.kind == "adverts" or not ask.for_clusters() else BOTH
    if ask.kind == "clusters":
        kinds = ("cluster",)
    return ask.query(), (Asked(kinds=kinds, query=ask.for_index(sort="priority", cursor="")),)


def of_list(text: str) -> tuple[str, tuple[Asked, ...]]:
    """A list of contacts and phrases, tidied, and what it asks; BadInputError (for the page) for a useless one."""
    lines = list(dict.fromkeys(line for raw in text.splitlines() if (line := clean(raw, LINE_LIMIT))))
    if not lines:
        raise BadInputError(NO_LINES)
    if len(lines) > MOST_LINES:
        raise BadInputError(TOO_LONG)
    return "\n".join(lines), tuple(_asked(lines))


def _asked(lines: list[str]) -> Iterator[Asked]:
    for line in lines:
        piece = contact_piece(line)
        runs = digit_runs(line)
        if piece.isdecimal() and runs:
            # Also where the number stands in a text and no extractor took it for one.
            yield Asked(kinds=BOTH, query=Query(text=f"phone:{''.join(digits for _, _, digits in runs)}"))
        elif piece.isdecimal() or len(piece) < MIN_PIECE:
            raise BadInputError(TOO_SHORT, place=line)
        elif "@" in line:
            yield Asked(kinds=BOTH, query=Query(contact=line))
        else:
            yield Asked(kinds=BOTH, query=Query(text='"{}"'.format(line.replace('"', " "))))
