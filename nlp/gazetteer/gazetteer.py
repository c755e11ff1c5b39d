"""The gazetteer in memory: names in many languages to settlements and countries."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from nlp.gazetteer.inflect import nominatives
from nlp.gazetteer.store import START, Place, Store
from nlp.lang import languages
from nlp.normalise.plain import plain

#: People of a country, and of a place of a language's places.txt that the file lacks.
COUNTRY, LISTED = 10_000_000, 50_000


class Gazetteer:
    """Names in plain form (spaces for hyphens) to the places that bear them."""

    def __init__(self) -> None:
        self._store = Store((resources.files("nlp.gazetteer") / "places.bin.gz").read_bytes())
        self._found: dict[str, tuple[Place, ...]] = {}
        self._own: dict[str, Place] = {}
        self._starts: set[str] = set()
        self._heads: dict[str, bool] = {}
        for data in languages().values():
            for form, target in data.places.items():
                name, _, country = target.partition("|")
                self._own[form] = self._largest(name, country) if name else Place("", country, None, None, None, COUNTRY)
                if " " in form:
                    self._starts.add(form.split(" ", 1)[0])
        #: Names of villages that are also everyday words, and of quarters of cities: they need more than a capital.
        self.everyday = frozenset(_words("everyday.txt"))
        self.quarters = frozenset(_words("quarters.txt"))

    def __len__(self) -> int:
        """Number of settlements."""
        return len(self._store)

    def _largest(self, name: str, country: str) -> Place:
        form = plain(name).replace("-", " ").replace("'", "")
        places = [place for place in self._store.find(form) if place.country == country]
        best = max(places, key=lambda place: (place.name == name, place.population), default=None)
        return best._replace(name=name) if best is not None else Place(name, country, None, None, None, LISTED)

    def find(self, form: str) -> tuple[Place, ...]:
        """The places that bear a name (plain form), the project's own entries alone where it has one."""
        found = self._found.get(form)
        if found is None:
            own = self._own.get(form)
            found = (own,) if own is not None else tuple(self._store.find(form.replace("ё", "е")))
            # Bounded, so that a stream of ever new words does not grow it without end.
            if len(self._found) < 50_000 and len(form) <= 40:
                self._found[form] = found
        return found

    def listed(self, form: str) -> bool:
        """True for a name of a language's own list: adverts name it, however far it is."""
        return form in self._own

    def starts(self, word: str) -> bool:
        """True where a name of several words begins with this word."""
        found = self._heads.get(word)
        if found is None:
            found = word in self._starts or self._store.has(START + word)
            if len(self._heads) < 50_000 and len(word) <= 40:
                self._heads[word] = found
        return found

    def inflected(self, form: str, codes: tuple[str, ...]) -> tuple[Place, ...]:
        """The places whose name, in a case of one of these languages, is this form; nothing where it is a name as it stands."""
        for other in nominatives(form, codes):
            if found := self.find(other):
                return found
        return ()


def _words(file: str) -> Iterator[str]:
    for line in (resources.files("nlp.gazetteer") / file).read_text(encoding="utf-8").splitlines():
        text = line.split("#", 1)[0].strip()
        if text:
            yield from (plain(word.strip()).replace("-", " ") for word in text.split(","))


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The process's gazetteer (about 0.2 s and 20 MB, once)."""
    return Gazetteer()
