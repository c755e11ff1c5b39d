"""A query's tree and filters as SQL: one full-text expression and conditions beside it. Every value is a parameter."""

# ruff: noqa: S608 - names of tables and columns come from constants of this package; every value is a parameter

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from strazha.errors import BadInputError
from strazha.store.entries import UNDECIDED, fold_value, key_hash, millis, storable
from strazha.store.folding import fold_word, fragments
from strazha.store.parse import And, Digits, Keyword, Node, Not, Or, Phrase, Word
from strazha.store.query import Query
from strazha.store.sqlite.codes import FIELD_BYTES, NOTHING, SINGLE, TAGGED, code, tag

#: Above so many documents a condition on tags is tested document by document: cheaper than a list of them all.
MANY = 20_000
#: Values that a keyword with a star may stand for.
MAX_VALUES = 1000
_ANYWHERE = "{title body reading}"


@dataclass
class Clause:
    """Conditions that must all hold. ``match`` and ``unwanted`` are full-text expressions, ``tests`` SQL with parameters."""

    match: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    tests: list[tuple[str, list[object]]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.match or self.unwanted or self.tests)

    @property
    def pure(self) -> bool:
        """Whether one full-text expression says it all."""
        return bool(self.match) and not self.tests

    def expression(self) -> str:
        """The full-text expression; empty if there is nothing to find, only things to leave out."""
        if not self.match:
            return ""
        wanted = " AND ".join(f"({part})" for part in self.match)
        return f"({wanted}) NOT ({' OR '.join(f'({part})' for part in self.unwanted)})" if self.unwanted else wanted

    def conditions(self, prefix: str) -> list[tuple[str, list[object]]]:
        """What ``expression`` does not say, as SQL over the hot table ``h``."""
        found = list(self.tests)
        if self.unwanted and not self.match:
            unwanted: list[object] = [" OR ".join(f"({part})" for part in self.unwanted)]
            found.append((f"h.doc NOT IN (SELECT rowid FROM {prefix}_text WHERE {prefix}_text MATCH ?)", unwanted))
        return found


class Compiler:
    """Translates for one collection; looks the numbers of values up as it goes."""

    def __init__(self, connection: sqlite3.Connection, prefix: str, fields: Sequence[str]) -> None:
        self._connection, self._prefix, self._fields = connection, prefix, frozenset(fields)
        #: Set while relevance counts: words as spelled then weigh more than words that only fold alike.
        self.ranked = False

    def clause(self, query: Query, tree: Node | None, *, ranked: bool) -> Clause:
        """Text, filters and ranges of a query."""
        self.ranked = ranked
        clause = self._node(tree) if tree is not None else Clause()
        for name, values in query.filters.items():
            self.check_field(name)
            clause.tests.append(self._filter(name, values))
        if query.min_score is not None:
            clause.tests.append(("h.score >= ?", [max(-1, min(query.min_score, 101))]))
        if query.seen_from is not None:
            clause.tests.append(("h.last_seen >= ?", [millis(query.seen_from)]))
        if query.seen_to is not None:
            clause.tests.append(("h.first_seen <= ?", [millis(query.seen_to)]))
        return clause

    def check_field(self, name: str) -> None:
        """BadInputError for a field this collection has not."""
        if name not in self._fields:
            raise BadInputError(
                f"there is no field {name!r} to filter or count", remedy=f"one of: {', '.join(sorted(self._fields))}"
            )

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
            whole.tests += part.tests
        return whole

    def _any(self, nodes: Sequence[Node]) -> Clause:
        parts = [part for part in map(self._node, nodes) if not part.empty]
        if len(parts) < 2:
            return parts[0] if parts else Clause()
        if all(part.pure for part in parts):
            return Clause(match=[" OR ".join(f"({part.expression()})" for part in parts)])
        tests = [self._as_test(part) for part in parts]
        return Clause(tests=[(f"({' OR '.join(sql for sql, _ in tests)})", [v for _, values in tests for v in values])])

    def _without(self, node: Node) -> Clause:
        part = self._node(node)
        if part.empty:
            return part
        if part.pure:
            return Clause(unwanted=[part.expression()])
        sql, values = self._as_test(part)
        return Clause(tests=[(f"NOT {sql}", values)])

    def _as_test(self, part: Clause) -> tuple[str, list[object]]:
        tests = part.conditions(self._prefix)
        expression = part.expression()
        if expression:
            text = f"{self._prefix}_text"
            tests = [(f"h.doc IN (SELECT rowid FROM {text} WHERE {text} MATCH ?)", [expression]), *tests]
        return f"({' AND '.join(sql for sql, _ in tests)})", [value for _, values in tests for value in values]

    def _term(self, node: Word | Phrase | Digits) -> str:
        if isinstance(node, Digits):
            tails = " OR ".join(f'"{piece}"*' for piece in fragments(node.digits))
            found = f"(numbers : ({tails}))"
            words = [part for word in node.words if (part := self._term(Word(word)))]
            # Also the words themselves, wherever they stand: "18 000 25" need not be one number.
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
        found = f"{_column(node.field)} : ({forms})"
        # A document that spells the word as it was typed comes before one that only folds alike.
        return f'({found} OR exact : "{word.plain}"{star})' if self.ranked and not node.field else f"({found})"

    def _keyword(self, node: Keyword) -> Clause:
        if node.field not in self._fields:
            # A field of the other collection: its value is a word like any other.
            return self._node(Word(node.value)) if fold_word(node.value).main else Clause()
        wanted = fold_value(node.field, node.value)
        upper = f"{wanted}\U0010ffff" if node.prefix else wanted
        rows = self._connection.execute(
            f"SELECT number FROM {self._prefix}_values WHERE field = ? AND folded BETWEEN ? AND ? LIMIT {MAX_VALUES}",
            (FIELD_BYTES[node.field], wanted, upper),
        )
        return Clause(tests=[self._has(node.field, [row[0] for row in rows])])

    def _filter(self, name: str, values: Sequence[str]) -> tuple[str, list[object]]:
        if name == "key":
            hashes = json.dumps([key_hash(value) for value in values])
            return f"h.doc IN (SELECT doc FROM {self._prefix}_keys WHERE hash IN (SELECT value FROM json_each(?)))", [hashes]
        numbers: list[int] = []
        without = UNDECIDED in values and name != "decision"
        for value in dict.fromkeys(values):
            row = self._connection.execute(
                f"SELECT number FROM {self._prefix}_values WHERE field = ? AND value = ?", (FIELD_BYTES[name], storable(value))
            ).fetchone()
            if row is not None:
                numbers.append(row[0])
        sql, found = self._has(name, numbers)
        if not without:
            return sql, found
        if name in SINGLE[self._prefix]:
            return f"({sql} OR h.{name} = {NOTHING})", found
        # No byte of another field or of a number is a field's byte, so its absence is the absence of any value.
        return f"({sql} OR instr(h.codes, ?) = 0)", [*found, bytes((FIELD_BYTES[name],))]

    def _has(self, name: str, numbers: Sequence[int]) -> tuple[str, list[object]]:
        if not numbers:
            return "0", []
        if name in TAGGED:
            tags = json.dumps([tag(name, number) for number in numbers])
            docs = f"SELECT doc FROM {self._prefix}_tags WHERE tag IN (SELECT value FROM json_each(?))"
            size = self._connection.execute(f"SELECT count(*) FROM ({docs} LIMIT {MANY})", (tags,)).fetchone()[0]
            if size < MANY or len(numbers) > 50:
                return f"h.doc IN ({docs})", [tags]
        if name in SINGLE[self._prefix]:
            if len(numbers) == 1:
                return f"h.{name} = ?", [numbers[0]]
            return f"h.{name} IN (SELECT value FROM json_each(?))", [json.dumps(list(numbers))]
        return _either([code(name, number) for number in numbers])


def _either(codes: Sequence[bytes]) -> tuple[str, list[object]]:
    # Nested by halves: SQLite refuses an expression a thousand levels deep.
    if len(codes) == 1:
        return "instr(h.codes, ?) > 0", [codes[0]]
    half = len(codes) // 2
    (left, first), (right, second) = _either(codes[:half]), _either(codes[half:])
    return f"({left} OR {right})", [*first, *second]


def _column(name: str) -> str:
    return name or _ANYWHERE
