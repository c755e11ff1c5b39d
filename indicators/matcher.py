"""Patterns of the catalogue on a text: hits with offsets into the text as captured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from indicators.catalogue import CatalogueEntry, Pattern
from indicators.engine import Engine
from indicators.languages import Language
from indicators.scope import Scope, Span
from indicators.syntax import Sequence_, Slot, parse
from indicators.tokens import Tokens, tokenise
from strazha.model import Hit, NormalText, ReadField, ReadText, Strength

RuleKind = Literal["indicator", "unless", "cue", "feature"]

#: Hits kept of one indicator in one advert; an advert that repeats itself gains nothing by it.
MAX_HITS = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """What a number of the engine stands for."""

    kind: RuleKind
    #: Indicator id, group of cues, or name of a feature.
    name: str
    lang: str
    #: Place in the list it was written in, from 1: ``bg.3`` is the third Bulgarian pattern.
    place: int
    pattern: Pattern | None = None
    own_negation: bool = False
    #: Rules that cancel it in the same sentence: its own, and its entry's for the language.
    unless: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """What a hit names as its rule."""
        return f"{self.name}:{self.lang}.{self.place}"


@dataclass(frozen=True, slots=True)
class Feature:
    """A named group of patterns that is no indicator: words that tell the type of advert, for instance."""

    name: str
    lang: str
    patterns: tuple[str, ...]


@dataclass(slots=True)
class Matches:
    """What patterns found in one reading of an advert."""

    hits: list[Hit] = field(default_factory=list)
    #: Feature -> number of places where one of its patterns stands unnegated.
    features: dict[str, int] = field(default_factory=dict)
    #: Features of which one stands in the title.
    titled: set[str] = field(default_factory=set)
    #: Where words of an indicator stand that do not mean it (denied, quoted, told): its id, the field, where they begin.
    denied: set[tuple[str, str, int]] = field(default_factory=set)
    #: Where sentences tell or ask what others do: field, start, end in the text as captured.
    told: list[tuple[str, int, int]] = field(default_factory=list)
    #: The text as a whole is a notice, a warning or a complaint: it offers nothing.
    notice: bool = False
    #: It warns of trafficking: no risk in it is the writer's own, whatever else it is.
    warned: bool = False


class PatternMatcher:
    """All patterns of the catalogue and further features, compiled once."""

    def __init__(
        self, catalogue: Mapping[str, CatalogueEntry], languages: Mapping[str, Language], features: Iterable[Feature] = ()
    ) -> None:
        self._catalogue = catalogue
        self._rules: list[Rule] = []
        sequences: dict[int, list[Sequence_]] = {}
        own = {lang: _words(language.negation.before, language) for lang, language in languages.items()}
        for name, entry in catalogue.items():
            for lang, patterns in entry.patterns.items():
                lists = entry.words(languages[lang])
                common = self._unless(Rule("unless", name, lang, 0), _parsed(entry.unless.get(lang), lists), sequences)
                for place, pattern in enumerate(patterns, 1):
                    parsed = parse(pattern.match, lists)
                    unless = self._unless(Rule("unless", name, lang, place), _parsed(pattern.unless, lists), sequences)
                    for negated, said in _by_negation(pattern, parsed, own[lang]):
                        sequences[len(self._rules)] = said
                        self._rules.append(Rule("indicator", name, lang, place, pattern, negated, common + unless))
        for lang, language in languages.items():
            for group, cues in language.cues().items():
                for place, cue in enumerate(cues, 1):
                    sequences[len(self._rules)] = parse(cue, language.lists)
                    self._rules.append(Rule("cue", group, lang, place))
        for feature in features:
            for place, text in enumerate(feature.patterns, 1):
                lists = languages[feature.lang].lists
                sequences[len(self._rules)] = parsed = parse(text, lists)
                negated = _holds(parsed, own[feature.lang])
                self._rules.append(Rule("feature", feature.name, feature.lang, place, None, negated))
        self._engine = Engine(sequences, _sample(catalogue))

    def _unless(self, rule: Rule, parsed: list[Sequence_], sequences: dict[int, list[Sequence_]]) -> tuple[int, ...]:
        """Numbers of the rules that cancel another one: none for no pattern."""
        if not parsed:
            return ()
        sequences[len(self._rules)] = parsed
        self._rules.append(rule)
        return (len(self._rules) - 1,)

    def forget(self) -> None:
        """Forget the sentences met lately (for measurements)."""
        self._engine.forget()

    def match(self, text: ReadText) -> Matches:
        """Hits and features of an advert, in its normal text and in the Cyrillic reading where there is one."""
        main = text.languages[0] if text.languages else ""
        matches = self._read(text.title, text.title.normal, text.body, text.body.normal, main)
        if text.title.reading is not None or text.body.reading is not None:
            title, body = text.title.reading or text.title.normal, text.body.reading or text.body.normal
            again = self._read(text.title, title, text.body, body, main)
            matches.hits += again.hits
            for name, count in again.features.items():
                matches.features[name] = max(matches.features.get(name, 0), count)
            matches.titled |= again.titled
            matches.denied |= again.denied
            matches.told += again.told
            matches.notice |= again.notice
            matches.warned |= again.warned
        matches.hits = distinct(matches.hits)
        return matches

    def _read(self, title: ReadField, title_text: NormalText, body: ReadField, body_text: NormalText, main: str) -> Matches:
        tokens = tokenise(title_text.text, body_text.text)
        cues: dict[str, dict[str, list[Span]]] = {}
        cancelling: list[tuple[int, int]] = []
        said: list[tuple[Rule, int, int]] = []
        rules = self._rules
        for first, last, number in self._engine.scan(tokens):
            rule = rules[number]
            if rule.kind == "unless":
                cancelling.append((number, first))
            elif rule.kind == "cue":
                cues.setdefault(rule.lang, {}).setdefault(rule.name, []).append((first, last))
            else:
                said.append((rule, first, last))
        scope = Scope(tokens.words, cues, main)
        unless: dict[int, list[int]] = {}
        for number, first in cancelling if any(rule.unless for rule, _, _ in said) else ():
            unless.setdefault(number, []).append(first)
        fields = {"title": (title, title_text), "body": (body, body_text)}
        matches = Matches(notice=scope.notice(), warned=scope.warned())
        matches.told = [_captured(span, tokens, fields) for span in scope.tells()]
        for rule, first, last in said:
            if rule.kind == "feature":
                if rule.own_negation or not scope.negated(rule.lang, first, last):
                    matches.features[rule.name] = matches.features.get(rule.name, 0) + 1
                    if first < tokens.body:
                        matches.titled.add(rule.name)
            elif tokens.field(first) == tokens.field(last - 1):
                if self._stands(rule, first, last, scope, unless):
                    matches.hits.append(_hit(rule, first, last, tokens, fields))
                else:
                    read, normal = fields[tokens.field(first)]
                    start, _ = normal.original(tokens.starts[first], tokens.ends[last - 1])
                    matches.denied.add((rule.name, read.name, start))
        return matches

    def _stands(self, rule: Rule, first: int, last: int, scope: Scope, unless: Mapping[int, list[int]]) -> bool:
        entry = self._catalogue[rule.name]
        if scope.turned(rule.lang, first):
            return False
        if not rule.own_negation and scope.negated(rule.lang, first, last):
            return False
        if not entry.in_quotes and scope.quoted(first, last):
            return False
        if entry.indicator.strength is not Strength.COUNTER and scope.told(first):
            return False
        return not any(other in unless and scope.in_sentence(first, unless[other]) for other in rule.unless)


def _sample(catalogue: Mapping[str, CatalogueEntry]) -> Iterator[Tokens]:
    """The catalogue's own examples, every third of them: what adverts talk about."""
    shown = (one for entry in catalogue.values() for one in entry.examples.values())
    texts = (text for one in shown for text in (*one.match, *one.no_match))
    return (tokenise("", text) for text in islice(texts, 0, None, 3))


def _parsed(pattern: str | None, lists: Mapping[str, Sequence[str]]) -> list[Sequence_]:
    return parse(pattern, lists) if pattern else []


def _captured(span: Span, tokens: Tokens, fields: Mapping[str, tuple[ReadField, NormalText]]) -> tuple[str, int, int]:
    """A span of tokens of one field as a place in the text as captured."""
    read, normal = fields[tokens.field(span[0])]
    start, end = normal.original(tokens.starts[span[0]], tokens.ends[span[1] - 1])
    return read.name, start, end


def _hit(rule: Rule, first: int, last: int, tokens: Tokens, fields: Mapping[str, tuple[ReadField, NormalText]]) -> Hit:
    read, normal = fields[tokens.field(first)]
    start, end = normal.original(tokens.starts[first], tokens.ends[last - 1])
    confidence = rule.pattern.confidence if rule.pattern else 0.5
    return Hit(
        indicator=rule.name,
        field=read.name,
        start=start,
        end=end,
        text=read.captured[start:end],
        method="pattern",
        confidence=confidence,
        rule=rule.code,
    )


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits of one indicator the longest, in order of place; at most :data:`MAX_HITS` of each indicator."""
    kept: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=_longest_first):
        others = kept.setdefault(hit.indicator, [])
        if len(others) < MAX_HITS and not any(_overlap(hit, other) for other in others):
            others.append(hit)
    return sorted((hit for others in kept.values() for hit in others), key=_place)


def _longest_first(hit: Hit) -> tuple[int, float, str, int, str]:
    return (hit.start or 0) - (hit.end or 0), -hit.confidence, hit.field or "", hit.start or 0, hit.rule


def _place(hit: Hit) -> tuple[bool, bool, int, str]:
    return hit.field is None, hit.field == "body", hit.start or 0, hit.indicator


def _overlap(hit: Hit, other: Hit) -> bool:
    if hit.start is None or other.start is None or hit.end is None or other.end is None:
        # An absence said once is said; a second one adds nothing.
        return hit.start is None
    return hit.field == other.field and hit.start < other.end and other.start < hit.end


def _words(cues: Iterable[str], language: Language) -> frozenset[str]:
    """Words that alone are a cue of negation."""
    return frozenset(
        word
        for cue in cues
        for sequence in parse(cue, language.lists)
        for slot in sequence
        if len(sequence) == 1 and isinstance(slot, Slot)
        for word in slot.words | slot.prefixes
    )


def _by_negation(pattern: Pattern, parsed: list[Sequence_], cues: frozenset[str]) -> list[tuple[bool, list[Sequence_]]]:
    """A pattern's sequences, apart those that say "no" or "without" themselves: only the others can be negated."""
    if pattern.negation is not None:
        return [(pattern.negation == "own", parsed)]
    groups: dict[bool, list[Sequence_]] = {}
    for sequence in parsed:
        groups.setdefault(_holds([sequence], cues), []).append(sequence)
    return list(groups.items())


def _holds(sequences: Iterable[Sequence_], words: frozenset[str]) -> bool:
    """True where some word of the pattern is a cue of negation."""
    return any(
        word in words
        for sequence in sequences
        for slot in sequence
        if isinstance(slot, Slot)
        for word in slot.words | slot.prefixes
    )
