"""A query's tree and filters: one full-text expression, and beside it masks over the columns. Every value is a parameter."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from strazha.errors import BadInputError
from strazha.store.entries import UNDECIDED, fold_value, key_hash, millis, storable
from strazha.store.folding import contact_fragments, fold_word, fragments
from strazha.store.parse import And, Digits, Keyword, Node, Not, Or, Phrase, Term, Word, wanted
from strazha.store.places import Edges
from strazha.store.query import Query
from strazha.store.sqlite.codes import FIELD_NUMBERS, number_of
from strazha.store.sqlite.columns import Array, Mask, View

#: Values that a keyword with a star may stand for.
MAX_VALUES = 1000
_ANYWHERE = "{title body reading}"


@dataclass
class Clause:
    """Conditions that must all hold. ``match`` and ``unwanted`` are full-text expressions, ``masks`` documents."""

    match: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.match or self.unwanted or self.masks)

    @property
    def pure(self) -> bool:
        """Whether one full-text expression says it all."""
        return bool(self.match) and not self.masks

    def expression(self) -> str:
        """The full-text expression; empty if there is nothing to find, only things to leave out."""
        if not self.match:
            return ""
        wanted = " AND ".join(f"({part})" for part in self.match)
        return f"({wanted}) NOT ({' OR '.join(f'({part})' for part in self.unwanted)})" if self.unwanted else wanted


class Compiler:
    """Translates for one collection as one transaction sees it."""

    def __init__(self, view: View, fields: Sequence[str]) -> None:
        self._connection, self._prefix, self._columns = view
        self._fields = frozenset(fields)

    def clause(self, query: Query, tree: Node | None) -> Clause:
        """Text, filters and ranges of a query."""
        clause = self._node(tree) if tree is not None else Clause()
        columns = self._columns
        for name, values in query.filters.items():
            self.check_field(name)
            clause.masks.append(self._filter(name, values))
        if query.min_score is not None:
            clause.masks.append(columns.score >= max(-1, min(query.min_score, 101)))
        if query.seen_from is not None:
            clause.masks.append(columns.dates["last_seen"] >= millis(query.seen_from))
        if query.seen_to is not None:
            clause.masks.append(columns.dates["first_seen"] <= millis(query.seen_to))
        clause.masks += self._moments(query)
        if query.contact.strip():
            clause.masks.append(self._contact(query.contact))
        if query.box is not None:
            docs, lat, lon = columns.points
            clause.masks.append(columns.of(docs[Edges.of(query.box).hold(lat, lon)]))
        return clause

    def _moments(self, query: Query) -> list[Mask]:
        first, last = self._columns.dates["first_seen"], self._columns.dates["last_seen"]
        lowest = [dates >= millis(at) for dates, at in ((first, query.first_from), (last, query.last_from)) if at is not None]
        highest = [dates <= millis(at) for dates, at in ((first, query.first_to), (last, query.last_to)) if at is not None]
        return [*lowest, *highest]

    def _contact(self, text: str) -> Mask:
        pieces = " OR ".join(f'"{piece}"*' for piece in contact_fragments(text))
        return self._columns.of(self.matching(f"numbers : ({pieces})")) if pieces else self._columns.nothing()

    def found(self, clause: Clause) -> Mask:
        """The documents for which a clause holds."""
        mask = self._columns.present.copy()
        for one in clause.masks:
            mask &= one
        if expression := clause.expression():
            mask &= self._columns.of(self.matching(expression))
        elif clause.unwanted:
            mask &= ~self._columns.of(self.matching(" OR ".join(f"({part})" for part in clause.unwanted)))
        return mask

    def check_field(self, name: str) -> None:
        """BadInputError for a field this collection has not."""
        if name not in self._fields:
            raise BadInputError(
                f"there is no field {name!r} to filter or count", remedy=f"one of: {', '.join(sorted(self._fields))}"
            )

    def matching(self, expression: str) -> Array:
        """The documents a full-text expression finds."""
        # As one text: a row at a time would take five times as long.
        text = self._connection.execute(
            f"SELECT group_concat(rowid) FROM {self._prefix}_text WHERE {self._prefix}_text MATCH ?", (expression,)
        ).fetchone()[0]
        docs: Array = np.fromstring(text or "", dtype=np.int64, sep=",")
        return docs

    def terms(self, tree: Node | None) -> list[list[tuple[str, str]]]:
        """What relevance goes by: for each word, phrase or number asked for, columns with what to look for in each."""
        return [columns for term in wanted(tree) for columns in self._columns_of(term)]

    def _columns_of(self, term: Term) -> list[list[tuple[str, str]]]:
        if isinstance(term, Digits):
            words = [columns for word in term.words for columns in self._columns_of(Word(word))]
            return [[("numbers", self._digits(term))], *words]
        names = (term.field,) if term.field else ("title", "body", "reading")
        looked = [(name, found) for name in names if (found := self._term(replace(term, field=name)))]
        if isinstance(term, Word) and not term.field and looked:
            # A document that spells the word as it was typed comes before one that only folds alike.
            looked.append(("exact", self._term(replace(term, field="exact"))))
        return [looked] if looked else []

    def _node(self, node: Node) -> Clause:
        if isinstance(node, And):
            return self._all(node.nodes)
        if isinstance(node, Or):
            return self._any(node.nodes)
        if isinstance(node, Not):
            return self._without(node.node)
        if isinstance(node, Keyword):
            return self._keyword(node)
        expression = self._term(node)
        return Clause(match=[expression]) if expression else Clause()

    def _all(self, nodes: Sequence[Node]) -> Clause:
        whole = Clause()
        for node in nodes:
            part = self._node(node)
            whole.match += part.match
            whole.unwanted += part.unwanted
            whole.masks += part.masks
        return whole

    def _any(self, nodes: Sequence[Node]) -> Clause:
        parts = [part for part in map(self._node, nodes) if not part.empty]
        if len(parts) < 2:
            return parts[0] if parts else Clause()
        if all(part.pure for part in parts):
            return Clause(match=[" OR ".join(f"({part.expression()})" for part in parts)])
        mask = self._columns.nothing()
        for part in parts:
            mask |= self.found(part)
        return Clause(masks=[mask])

    def _without(self, node: Node) -> Clause:
        part = self._node(node)
        if part.empty:
            return part
        return Clause(unwanted=[part.expression()]) if part.pure else Clause(masks=[~self.found(part)])

    def _term(self, node: Term) -> str:
        if isinstance(node, Digits):
            words = [part for word in node.words if (part := self._term(Word(word)))]
            # Also the words themselves, wherever they stand: "18 000 25" need not be one number.
            found = self._digits(node)
            return f"{found} OR ({' AND '.join(words)})" if words else found
        if isinstance(node, Phrase):
            folded = [fold_word(word) for word in node.words]
            kept = [word.plain if node.field == "exact" else word.main for word in folded if word.main]
            return f'{_column(node.field)} : "{" ".join(kept)}"' if kept else ""
        word = fold_word(node.text)
        if not word.main:
            return ""
        star = "*" if node.prefix else ""
        if node.field == "exact":
            return f'exact : "{word.plain}"{star}'
        forms = " OR ".join(f'"{form}"{star}' for form in (word.main, *word.others))
        return f"({_column(node.field)} : ({forms}))"

    def _digits(self, node: Digits) -> str:
        tails = " OR ".join(f'"{piece}"*' for piece in fragments(node.digits))
        return f"(numbers : ({tails}))"

    def _keyword(self, node: Keyword) -> Clause:
        if node.field not in self._fields:
            # A field of the other collection: its value is a word like any other.
            return self._node(Word(node.value)) if fold_word(node.value).main else Clause()
        wanted = fold_value(node.field, node.value)
        upper = f"{wanted}\U0010ffff" if node.prefix else wanted
        rows = self._connection.execute(
            f"SELECT number FROM {self._prefix}_values WHERE field = ? AND folded BETWEEN ? AND ? LIMIT {MAX_VALUES}",
            (FIELD_NUMBERS[node.field], wanted, upper),
        )
        return Clause(masks=[self._columns.having(node.field, [row[0] for row in rows])])

    def _filter(self, name: str, values: Sequence[str]) -> Mask:
        if name == "key":
            hashes = json.dumps([key_hash(value) for value in values])
            rows = self._connection.execute(
                f"SELECT doc FROM {self._prefix}_keys WHERE hash IN (SELECT value FROM json_each(?))", (hashes,)
            )
            return self._columns.of(np.array([row[0] for row in rows], dtype=np.int64))
        found = (number_of(self._connection, self._prefix, name, storable(value)) for value in dict.fromkeys(values))
        mask = self._columns.having(name, [number for number in found if number is not None])
        return mask | self._columns.without(name) if UNDECIDED in values and name != "decision" else mask


def _column(name: str) -> str:
    return name or _ANYWHERE
