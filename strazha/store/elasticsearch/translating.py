"""A query's tree and filters as Elasticsearch's query DSL. Every clause is built from parsed words: nothing a user types is
ever read by the server as syntax, so nothing they type can raise.

Which documents are found is decided by skeletons (the same on every backend) and, for plain words, by stems besides: "склад"
also finds "складове". What is excluded, put in quotes, given a field or a star is taken as typed, without stems.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from strazha.errors import BadInputError
from strazha.store.elasticsearch.rendering import MAX_KEYWORD
from strazha.store.entries import UNDECIDED, fold_value, millis, storable
from strazha.store.folding import FoldedWord, contact_fragments, fold_word, fragments
from strazha.store.parse import And, Digits, Keyword, Node, Not, Or, Phrase, Word
from strazha.store.places import Edges
from strazha.store.query import Box, Query

Clause = dict[str, Any]

#: Boosts by field. A word in the title says what the advert is for: it counts twice one in the body, so a match in the title
#: alone goes before one in the body alone, however short the body. The reading repeats the body in another script: half.
#: "exact" must only decide between equals (spelled as typed before one that folds alike): with 0.2 it never lifts a body over a
#: title. A stem is weaker evidence than the word itself and comes beside it: 0.3 orders adverts that have only the stem below
#: all that have the word in the body.
BOOSTS = {"title": 2.0, "body": 1.0, "reading": 0.5}
EXACT, STEM = 0.2, 0.3
#: A number names a person or an operation: as a rare word in the title. The server gives every beginning of a term the same
#: score, its boost; a word that one advert in ten thousand has is worth about 9 in the body and twice that in the title.
NUMBER = 20.0
_ANYWHERE = tuple(BOOSTS)
#: Stemmed fields by script: a Greek word is looked up in one field, not in eight.
_STEMS = {"cyrillic": ("bg", "ru", "uk"), "greek": ("el",), "latin": ("ro", "de", "en", "tr")}
#: A shorter word has no ending worth taking off.
MIN_STEMMED = 4
_NOTHING: Clause = {"match_none": {}}


class Translator:
    """Translates for one kind of index. ``ranked``: clauses score; otherwise they only find, which the server can cache."""

    def __init__(self, fields: Iterable[str], *, ranked: bool = False, stemmed: bool = False) -> None:
        self._fields, self._ranked, self._stemmed = frozenset(fields), ranked, stemmed
        #: Clauses on stems that were asked for: what they mark in a text, only the server knows.
        self.stems: list[Clause] = []

    def check_field(self, name: str) -> None:
        """BadInputError for a field this kind of index has not."""
        if name not in self._fields:
            raise BadInputError(
                f"there is no field {name!r} to filter or count", remedy=f"one of: {', '.join(sorted(self._fields))}"
            )

    def query(self, query: Query, tree: Node | None) -> Clause:
        """Text, filters and ranges of a query as one clause."""
        filters = [self._filter(name, values) for name, values in query.filters.items()]
        if query.min_score is not None:
            filters.append({"range": {"score": {"gte": max(-1, min(query.min_score, 101))}}})
        ranges = (
            ("last_seen", "gte", query.seen_from), ("first_seen", "lte", query.seen_to),
            ("first_seen", "gte", query.first_from), ("first_seen", "lte", query.first_to),
            ("last_seen", "gte", query.last_from), ("last_seen", "lte", query.last_to),
        )  # fmt: skip
        filters += [{"range": {name: {edge: millis(at)}}} for name, edge, at in ranges if at is not None]
        if query.contact.strip():
            pieces: list[Clause] = [{"prefix": {"numbers": {"value": piece}}} for piece in contact_fragments(query.contact)]
            filters.append(_any(pieces) or _NOTHING)
        if query.box is not None:
            filters.append(within(query.box, "location"))
        text = self.node(tree) if tree is not None else None
        if text is None:
            return {"bool": {"filter": filters}} if filters else {"match_all": {}}
        if self._ranked:
            return {"bool": {"must": [text], "filter": filters}}
        return {"bool": {"filter": [text, *filters]}}

    def node(self, node: Node) -> Clause | None:
        """A tree's clause; None if nothing is left of it to look for."""
        if isinstance(node, And):
            return self._all(node.nodes)
        if isinstance(node, Or):
            return _any([clause for clause in map(self.node, node.nodes) if clause is not None])
        if isinstance(node, Not):
            clause = self._plain().node(node.node)
            return None if clause is None else {"bool": {"must_not": [clause]}}
        if isinstance(node, Keyword):
            return self._keyword(node)
        if isinstance(node, Digits):
            return self._digits(node)
        return self._phrase(node) if isinstance(node, Phrase) else self._word(node)

    def ranks(self, node: Node | None) -> bool:
        """Whether the tree holds words to rank by, and no mixture of words with fields by OR (as on every backend)."""
        if node is None or isinstance(node, Not | Keyword):
            return False
        if isinstance(node, And):
            return any(map(self.ranks, node.nodes))
        if isinstance(node, Or):
            said = [child for child in node.nodes if self.node(child) is not None]
            return bool(said) and ((len(said) == 1 and self.ranks(said[0])) or all(map(_pure, said)))
        return self.node(node) is not None

    def _plain(self) -> Translator:
        return Translator(self._fields)

    def _all(self, nodes: Sequence[Node]) -> Clause | None:
        must, must_not = [], []
        for node in nodes:
            clause = self.node(node)
            if clause is None:
                continue
            if isinstance(node, Not):
                must_not += clause["bool"]["must_not"]
            else:
                must.append(clause)
        if not must and not must_not:
            return None
        if len(must) == 1 and not must_not:
            return must[0]
        found: Clause = {"must" if self._ranked else "filter": must} if must else {}
        return {"bool": {**found, "must_not": must_not} if must_not else found}

    def _word(self, node: Word) -> Clause | None:
        word = fold_word(node.text)
        if not word.main:
            return None
        if node.field == "exact":
            return {"prefix": {"exact": word.plain}} if node.prefix else {"term": {"exact": word.plain}}
        fields = (node.field,) if node.field else _ANYWHERE
        if node.prefix:
            forms = (word.main, *word.others)
            return _any([{"prefix": {field: {"value": form, "boost": BOOSTS[field]}}} for field in fields for form in forms])
        clauses = self._forms(word, fields)
        if not node.field:
            if self._ranked:
                clauses.append({"term": {"exact": {"value": word.plain, "boost": EXACT}}})
            clauses += self._stem(node.text, word)
        return _any(clauses)

    def _forms(self, word: FoldedWord, fields: Sequence[str]) -> list[Clause]:
        forms = [word.main, *word.others]
        if not self._ranked:
            return [{"terms": {field: forms}} for field in fields]
        return [{"term": {field: {"value": form, "boost": BOOSTS[field]}}} for field in fields for form in forms]

    def _stem(self, text: str, word: FoldedWord) -> list[Clause]:
        if not self._stemmed or len(word.plain) < MIN_STEMMED or any(letter.isdigit() for letter in word.plain):
            return []
        found: list[Clause] = [
            {"match": {f"stem.{lang}": {"query": storable(text), "boost": STEM}}}
            for lang in _STEMS.get(_script(word.plain), ())
        ]
        self.stems += found
        return found

    def _phrase(self, node: Phrase) -> Clause | None:
        folded = [fold_word(word) for word in node.words]
        if node.field == "exact":
            words = [word.plain for word in folded if word.main]
            return {"match_phrase": {"exact": " ".join(words)}} if words else None
        words = [word.main for word in folded if word.main]
        if not words:
            return None
        fields = (node.field,) if node.field else _ANYWHERE
        return _any([{"match_phrase": {field: {"query": " ".join(words), "boost": BOOSTS[field]}}} for field in fields])

    def _digits(self, node: Digits) -> Clause | None:
        # Every tail of every number is a term, so any piece of a number is the beginning of one: exact, and a twelfth of the
        # terms that all pieces of all lengths would make.
        clauses: list[Clause] = [{"prefix": {"numbers": {"value": piece, "boost": NUMBER}}} for piece in fragments(node.digits)]
        words = [clause for word in node.words if (clause := self._word(Word(word))) is not None]
        if words:
            # Also the words themselves, wherever they stand: "18 000 25" need not be one number.
            clauses.append({"bool": {"must" if self._ranked else "filter": words}})
        return _any(clauses)

    def _keyword(self, node: Keyword) -> Clause | None:
        if node.field not in self._fields:
            # A field of the other kind of index: its value is a word like any other.
            return self._word(Word(node.value))
        wanted = f"{node.field}={fold_value(node.field, node.value)}"[:MAX_KEYWORD]
        return {"constant_score": {"filter": {"prefix" if node.prefix else "term": {"facts": wanted}}, "boost": 0}}

    def _filter(self, name: str, values: Sequence[str]) -> Clause:
        self.check_field(name)
        kept = [text for value in dict.fromkeys(values) if len(text := storable(value)) <= MAX_KEYWORD]
        field = "keys" if name == "key" else name
        clauses: list[Clause] = [{"terms": {field: kept[at : at + 60_000]}} for at in range(0, len(kept), 60_000)]
        if UNDECIDED in values and name not in {"decision", "key"}:
            clauses.append({"bool": {"must_not": [{"exists": {"field": field}}]}})
        return _any(clauses) or _NOTHING


def within(box: Box, name: str) -> dict[str, Any]:
    """Points of a field within a box, as every backend rounds them."""
    north, south, west, east = Edges.of(box).degrees()
    return {"geo_bounding_box": {name: {"top": north, "bottom": south, "left": west, "right": east}}}


def _pure(node: Node) -> bool:
    """Whether a tree is words alone, with something to find in it."""
    if isinstance(node, Keyword | Not):
        return False
    if isinstance(node, And):
        wanted = [child.node if isinstance(child, Not) else child for child in node.nodes]
        return all(map(_pure, wanted)) and not all(isinstance(child, Not) for child in node.nodes)
    return all(map(_pure, node.nodes)) if isinstance(node, Or) else True


def _any(clauses: Sequence[Clause]) -> Clause | None:
    if len(clauses) < 2:
        return clauses[0] if clauses else None
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def _script(word: str) -> str:
    first = word[0]
    if "\u0400" <= first <= "\u052f":
        return "cyrillic"
    return "greek" if "\u0370" <= first <= "\u03ff" or "\u1f00" <= first <= "\u1fff" else "latin"
