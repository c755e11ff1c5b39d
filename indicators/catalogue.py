"""The catalogue of indicators: one YAML file each. Loads without spaCy, so that review pages can explain a hit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from indicators.definitions import Located
from indicators.languages import Language, load_languages
from indicators.syntax import PatternError, parse, unfold
from strazha.errors import BadInputError, DefinitionError
from strazha.model import Indicator, SourceRef, Strength, Validity
from strazha.model.screening import AdType
from strazha.settings import settings

ROOM = Path(__file__).parent
FOLDER = ROOM / "catalogue"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pattern(_Strict):
    """One pattern; a plain string in the file means ``match`` alone."""

    match: Text
    #: ``checked``: a negation before, inside or after the match cancels it. ``own``: the pattern says "no" or "without"
    #: itself (assumed where it contains such a word), so only what it says counts.
    negation: Literal["checked", "own"] | None = None
    #: A pattern that cancels the match when it stands in the same sentence.
    unless: Text | None = None
    confidence: float = Field(default=0.85, gt=0, le=1)


class Examples(_Strict):
    """Texts the entry must see, and near misses it must not."""

    match: tuple[Text, ...] = ()
    no_match: tuple[Text, ...] = ()


class ClusterAdvert(_Strict):
    """One advert of a small cluster, or several alike; in the file a plain string means ``text`` alone."""

    text: Text
    title: str = ""
    #: Taken as read by a person: what the advert is.
    type: AdType = AdType.ADULT
    #: Posted so many days after the cluster's first advert.
    day: int = Field(default=0, ge=0)
    #: So many adverts of this text, ``step`` days from one to the next.
    times: int = Field(default=1, ge=1, le=60)
    step: int = Field(default=0, ge=0)
    site: str = "a"
    #: Any word that stands for one picture.
    picture: str = ""


def _as_advert(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


Cluster = tuple[Annotated[ClusterAdvert, BeforeValidator(_as_advert)], ...]


class Clusters(_Strict):
    """Small clusters that a cluster-level entry must see, and near misses it must not."""

    match: tuple[Cluster, ...] = ()
    no_match: tuple[Cluster, ...] = ()


def _as_pattern(value: object) -> object:
    return {"match": value} if isinstance(value, str) else value


class EntryFile(_Strict):
    """What stands in ``catalogue/<id>.yaml``."""

    id: str
    version: int = Field(ge=1)
    level: Literal["advert", "cluster"]
    applies_to: tuple[AdType, ...] = ()
    strength: Strength
    dimension: str = ""
    label: dict[str, Text]
    explanation: dict[str, Text]
    sources: tuple[str, ...] = Field(min_length=1)
    validity: Validity
    head_of_queue: bool = False
    #: True where a match inside quotation marks counts: names of firms stand in quotes, other people's words do too.
    in_quotes: bool = False
    #: Derivations (indicators/structured.py, indicators/cluster.py) that can give this indicator, beside its patterns.
    derived: tuple[str, ...] = ()
    #: language -> name -> words: the entry's own word lists, beside those of the language (and before them).
    lists: dict[str, dict[str, tuple[Text, ...]]] = Field(default_factory=dict)
    #: language -> pattern: cancels any of the language's matches when it stands in the same sentence.
    unless: dict[str, Text] = Field(default_factory=dict)
    patterns: dict[str, tuple[Annotated[Pattern, BeforeValidator(_as_pattern)], ...]] = Field(default_factory=dict)
    #: language -> short sentences that say the same as the indicator, for comparison by meaning.
    prototypes: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    #: By language; ``bg-Latn`` holds Bulgarian typed in Latin letters.
    examples: dict[str, Examples] = Field(default_factory=dict)
    clusters: dict[str, Clusters] = Field(default_factory=dict)


class CatalogueEntry(_Strict):
    """One indicator with all that finds it."""

    indicator: Indicator
    in_quotes: bool
    derived: tuple[str, ...]
    lists: dict[str, dict[str, tuple[str, ...]]]
    unless: dict[str, str]
    patterns: dict[str, tuple[Pattern, ...]]
    prototypes: dict[str, tuple[str, ...]]
    examples: dict[str, Examples]
    clusters: dict[str, Clusters]
    path: Path

    @property
    def shown(self) -> int:
        """How many examples there are, of texts and of clusters."""
        texts = sum(len(one.match) + len(one.no_match) for one in self.examples.values())
        return texts + sum(len(one.match) + len(one.no_match) for one in self.clusters.values())

    def words(self, language: Language) -> dict[str, tuple[str, ...]]:
        """The word lists its patterns of that language may name."""
        return {**language.lists, **self.lists.get(language.language, {})}


def load() -> dict[str, CatalogueEntry]:
    """Every entry by id, in the order of the file names.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    return dict(_load(FOLDER))


@lru_cache(maxsize=8)
def _load(folder: Path) -> dict[str, CatalogueEntry]:
    return load_entries(sorted(folder.glob("*.yaml")))


def load_entries(paths: Iterable[Path]) -> dict[str, CatalogueEntry]:
    """Entries of the given files; used to check a file that is not in the catalogue yet."""
    titles = source_titles()
    languages = load_languages()
    return {path.stem: _entry(Located(path), titles, languages) for path in paths}


def changed(base: Mapping[str, CatalogueEntry], paths: Iterable[Path], *, whole: bool = False) -> dict[str, CatalogueEntry]:
    """``base`` with the entries of these files, or folders of files, put in or in place of theirs; ``whole``: these alone.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong; BadInputError: a folder without entries.
    """
    files: list[Path] = []
    for path in paths:
        listed = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not listed:
            raise BadInputError("the folder holds no entry", place=str(path), remedy="name a folder with <id>.yaml files")
        files += listed
    entries = {**({} if whole else base), **load_entries(files)}
    return dict(sorted(entries.items()))


def source_titles() -> dict[str, str]:
    """Full titles of the publications, by code."""
    value = Located(ROOM / "sources.yaml").value
    return {str(code): str(title) for code, title in value.items()}


def _entry(file: Located, titles: dict[str, str], languages: dict[str, Language]) -> CatalogueEntry:
    made = file.parse(EntryFile)
    for error in _wrong(file, made, titles, languages):
        raise error
    indicator = Indicator(
        id=made.id,
        version=made.version,
        label=made.label,
        explanation=made.explanation,
        level=made.level,
        applies_to=made.applies_to,
        strength=made.strength,
        dimension=made.dimension,
        sources=tuple(SourceRef(code=code, title=titles[code]) for code in made.sources),
        validity=made.validity,
        head_of_queue=made.head_of_queue,
    )
    return CatalogueEntry(
        indicator=indicator,
        in_quotes=made.in_quotes,
        derived=made.derived,
        lists=made.lists,
        unless=made.unless,
        patterns=made.patterns,
        prototypes=made.prototypes,
        examples=made.examples,
        clusters=made.clusters,
        path=file.path,
    )


def mistakes(path: Path) -> list[DefinitionError]:
    """Everything that is wrong with an entry's file, each with its line; empty where ``load_entries`` takes it."""
    try:
        file = Located(path)
    except DefinitionError as error:
        return [error]
    made, wrong = file.read(EntryFile)
    found = list(wrong.values())
    if made is None and isinstance(file.value, dict):
        # The rest is looked at as if what is wrong were right, so that one run tells all.
        bad = {where[0] for where in wrong if where}
        right = {key: value for key, value in file.value.items() if key not in bad}
        try:
            made = EntryFile.model_validate({**_ANY, "id": path.stem, **right})
        except ValidationError:
            return found
    if made is not None:
        found += _wrong(file, made, source_titles(), load_languages())
    return found


#: Stands for the fields of a file that are missing or wrong, while the others are looked at.
_ANY: Mapping[str, object] = {
    "version": 1,
    "level": "advert",
    "strength": "C",
    "label": {"en": "-", "bg": "-"},
    "explanation": {"en": "-", "bg": "-"},
    "sources": ["ILO-EC"],
    "validity": {"status": "untested", "finding": "-"},
    "derived": ["-"],
}


def _wrong(
    file: Located, made: EntryFile, titles: Mapping[str, str], languages: Mapping[str, Language]
) -> Iterator[DefinitionError]:
    """What is wrong with an entry that has the right fields."""
    if made.id != file.path.stem:
        yield file.error(f"id {made.id} differs from the file name", "id", remedy=f"write id: {file.path.stem}")
    for name in ("label", "explanation"):
        missing = {"en", "bg"} - set(getattr(made, name))
        if missing:
            yield file.error(f"{name} lacks {', '.join(sorted(missing))}", name, remedy="write it in English and Bulgarian")
    for at, code in enumerate(made.sources):
        if code not in titles:
            yield file.error(f"unknown source {code}", "sources", at, remedy="add its title to indicators/sources.yaml")
    if made.strength is not Strength.COUNTER and not made.dimension:
        yield file.error(
            "dimension is missing", "strength", remedy="name the dimension it speaks for (see indicators/weights.yaml)"
        )
    if not made.patterns and not made.derived:
        yield file.error("nothing finds this indicator", remedy="add patterns, or name its derivation under derived")
    if made.level == "cluster" and made.patterns:
        yield file.error("a cluster's indicator has no patterns", "patterns", remedy="name its derivation under derived")
    yield from _wrong_patterns(file, made, languages)


def _wrong_patterns(file: Located, made: EntryFile, languages: Mapping[str, Language]) -> Iterator[DefinitionError]:
    for group in ("lists", "unless", "patterns"):
        for lang in getattr(made, group):
            if lang not in languages:
                yield file.error(f"unknown language {lang}", group, lang, remedy=f"known: {', '.join(languages)}")
    for lang, language in languages.items():
        lists = {**language.lists, **made.lists.get(lang, {})}
        for name, entries in made.lists.get(lang, {}).items():
            for at, entry in enumerate(entries):
                yield from _wrong_pattern(file, entry, lists, ("lists", lang, name, at), part=True)
        if lang in made.unless:
            yield from _wrong_pattern(file, made.unless[lang], lists, ("unless", lang))
        for at, pattern in enumerate(made.patterns.get(lang, ())):
            for text in filter(None, (pattern.match, pattern.unless)):
                yield from _wrong_pattern(file, text, lists, ("patterns", lang, at))


def _wrong_pattern(
    file: Located, text: str, lists: Mapping[str, Sequence[str]], where: tuple[str | int, ...], *, part: bool = False
) -> Iterator[DefinitionError]:
    try:
        # An entry of a list is part of a pattern, all else a whole one.
        (unfold if part else parse)(text, lists)
    except PatternError as error:
        yield file.error(f"pattern `{text}`: {error}", *where, remedy="see docs/add-an-indicator.md")


def taught(entries: Mapping[str, CatalogueEntry]) -> str:
    """Twelve hex digits that change when heads would learn something else: with prototypes, examples and ids only."""
    sha = hashlib.sha256()
    for name, entry in sorted(entries.items()):
        if entry.indicator.level == "advert":
            said = {lang: (one.match, one.no_match) for lang, one in entry.examples.items()}
            sha.update(json.dumps([name, said, entry.prototypes], ensure_ascii=False, sort_keys=True).encode())
    return sha.hexdigest()[:12]


#: Made once: a path's hash is kept with it.
_WEIGHTS = ROOM / "weights.yaml"


def weights_file() -> Path:
    """The file with the score's weights: the packaged one, or the one STRAZHA_WEIGHTS names.

    Raises:
        DefinitionError: there is no such file.
    """
    chosen = settings().weights
    if chosen is None:
        return _WEIGHTS
    if not chosen.is_file():
        raise DefinitionError("there is no such file", place=str(chosen), remedy="mend STRAZHA_WEIGHTS, or take it away")
    return chosen


def VERSION_KEY() -> str:  # noqa: N802 - the name other rooms were given
    """Twelve hex digits that change when any file of the room that decides a screening changes, other weights included."""
    return _version_key(ROOM, weights_file())


@lru_cache(maxsize=4)
def _version_key(room: Path, weights: Path) -> str:
    sha = hashlib.sha256()
    for path in sorted([*room.rglob("*.yaml"), *room.glob("*.py")]):
        sha.update(path.relative_to(room).as_posix().encode())
        # A copy of the weights stands for the packaged ones: an unchanged copy makes no screening due.
        sha.update((weights if path == room / "weights.yaml" else path).read_bytes())
    return sha.hexdigest()[:12]
