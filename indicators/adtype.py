"""What kind of advert it is: job, adult, transport, other or benign, from words and facts anyone can read in adtype.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from indicators import pay
from indicators.catalogue import CatalogueEntry
from indicators.definitions import Located
from indicators.languages import load_languages
from indicators.matcher import Feature, Matches
from indicators.syntax import PatternError, parse
from strazha.model import AdType, Hit, Mention, MentionKind

FILE = Path(__file__).parent / "adtype.yaml"

#: Indicators that a lawful, checkable offer of work may carry and still be called benign.
_ORDINARY = frozenset(
    {"no_experience_needed", "no_language_needed", "obscured_contact", "immediate_departure", "gender_age_restricted"}
)
_CHECKABLE = frozenset({"verifiable_employer", "licensed_intermediary"})


class Fact(BaseModel):
    """Points for a family where a mention reaches a least value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float
    family: str
    points: float


class AdTypeTable(BaseModel):
    """The contents of adtype.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float
    votes: dict[str, float]
    title_factor: float
    facts: dict[Literal["hourly_price", "name_with_age"], Fact]
    votes_of: dict[str, float]
    #: Of these indicators the vote where another family has more words: "without papers" is said of workers too.
    votes_aside: dict[str, float]
    families: dict[str, AdType]
    #: family -> language -> points -> patterns.
    words: dict[str, dict[str, dict[float, tuple[str, ...]]]]

    def features(self) -> list[Feature]:
        """One feature for each pattern, so that each counts for itself."""
        return [
            Feature(f"{family}/{points:g}/{lang}.{place}", lang, (pattern,))
            for family, languages in self.words.items()
            for lang, by_points in languages.items()
            for points, patterns in by_points.items()
            for place, pattern in enumerate(patterns, 1)
        ]


@dataclass(frozen=True, slots=True)
class Family:
    """The winning family, its type of advert, and every family's points."""

    name: str
    ad_type: AdType
    points: Mapping[str, float]


@lru_cache(maxsize=1)
def table() -> AdTypeTable:
    """The table, read once.

    Raises:
        DefinitionError: at file and line of the first thing that is wrong.
    """
    file = Located(FILE)
    made = file.parse(AdTypeTable)
    languages = load_languages()
    for family, by_language in made.words.items():
        if family not in made.families:
            raise file.error(f"family {family} has no type", "words", family, remedy="add it under families")
        for lang, by_points in by_language.items():
            for points, patterns in by_points.items():
                for place, pattern in enumerate(patterns):
                    try:
                        parse(pattern, languages[lang].lists)
                    except (PatternError, KeyError) as error:
                        where = ("words", family, lang, f"{points:g}", place)
                        raise file.error(f"`{pattern}`: {error}", *where, remedy="see docs/add-an-indicator.md") from error
    return made


def family_of(
    matches: Matches, hits: Iterable[Hit], mentions: Sequence[Mention], catalogue: Mapping[str, CatalogueEntry]
) -> Family:
    """The family of an advert from its words, its mentions and the indicators seen in it, before any is dropped."""
    rules = table()
    points = dict.fromkeys(rules.families, 0.0)
    for feature, count in matches.features.items():
        family, worth = _worth(feature)
        factor = rules.title_factor if feature in matches.titled else 1.0
        # Weak words may count twice, plain ones say it once.
        points[family] += worth * factor * (min(count, 2) if worth < 3 else 1)
    for fact in _facts(mentions, rules):
        points[fact.family] += fact.points
    said, seen = dict(points), {hit.indicator for hit in hits}
    for name in sorted(seen):
        indicator = catalogue[name].indicator
        if indicator.applies_to:
            family = _FAMILY_OF[indicator.applies_to[0]]
            family = "other" if name in _OTHER else family
            vote = rules.votes_of.get(name, rules.votes[indicator.strength.value])
            if name in rules.votes_aside and not _borne_out(name, family, said, seen, catalogue):
                vote = rules.votes_aside[name]
            points[family] += vote
    best = max(points, key=lambda family: points[family])
    if points[best] < rules.least:
        return Family("none", AdType.BENIGN, points)
    return Family(best, rules.families[best], points)


def _borne_out(
    name: str, family: str, said: Mapping[str, float], seen: Set[str], catalogue: Mapping[str, CatalogueEntry]
) -> bool:
    """True where no other family has more words, or another indicator belongs to this one."""
    if all(worth <= said[family] for worth in said.values()):
        return True
    first = catalogue[name].indicator.applies_to[:1]
    return any(catalogue[other].indicator.applies_to[:1] == first for other in seen - {name})


def aside() -> Set[str]:
    """Indicators whose words are said of several types of advert: they do not decide which one it is."""
    return table().votes_aside.keys()


@lru_cache(maxsize=4_000)
def _worth(feature: str) -> tuple[str, float]:
    """The family and the points that a feature's name holds (``AdTypeTable.features``)."""
    family, worth, _ = feature.split("/")
    return family, float(worth)


def _facts(mentions: Sequence[Mention], rules: AdTypeTable) -> list[Fact]:
    found = []
    hourly = rules.facts["hourly_price"]
    prices = [one.value for one in mentions if one.kind is MentionKind.PRICE and isinstance(one.value, dict)]
    if any(price.get("per") == "hour" and pay.euro(price) >= hourly.least for price in prices):
        found.append(hourly)
    aged = rules.facts["name_with_age"]
    names = [one for one in mentions if one.kind is MentionKind.NAME and one.field == "title"]
    ages = [one for one in mentions if one.kind is MentionKind.AGE and isinstance(one.value, int) and one.value >= aged.least]
    if any(0 <= age.start - name.end <= _BESIDE and age.field == "title" for name in names for age in ages):
        found.append(aged)
    return found


#: Characters between a name and the age that belongs to it ("Мария, 34", "Anna (29)").
_BESIDE = 6

_FAMILY_OF = {
    AdType.JOB: "job",
    AdType.ADULT: "adult",
    AdType.TRANSPORT: "transport",
    AdType.OTHER: "other",
    AdType.BENIGN: "massage",
}
_OTHER = frozenset({"child_or_newborn_offer", "sham_marriage_offer", "organ_offer"})


def settle(family: Family, hits: Sequence[Hit]) -> AdType:
    """The final type: work with a checkable employer or a contract, and nothing a reviewer would ask about, is benign."""
    if family.ad_type is not AdType.JOB:
        return family.ad_type
    seen = {hit.indicator for hit in hits}
    if seen & (_CHECKABLE | {"written_contract"}) and not (
        seen - _ORDINARY - _CHECKABLE - {"written_contract", "deposit_required", "stated_limits"}
    ):
        return AdType.BENIGN
    return AdType.JOB


#: What the rules' own type is worth against how far an advert leans towards a kind (shares, adding up to 1).
RULES_WORTH = 0.15


def lean(
    family: Family, ad_type: AdType, leaning: Mapping[str, float], strong: Set[str], catalogue: Mapping[str, CatalogueEntry]
) -> tuple[Family, AdType] | None:  # fmt: skip
    """Family and type by what the advert is like as a whole, the rules' type counted in; None where there is no leaning.

    ``strong`` names the strong indicators that stand there in words. Such a sign is never overruled: nothing that a person
    should see is made harmless.
    """
    if not leaning:
        return None
    worth = {kind: share + (RULES_WORTH if _type_of(kind) is ad_type else 0.0) for kind, share in leaning.items()}
    kind = max(worth, key=lambda name: worth[name])
    chosen = Family(_FAMILY_OF_KIND[kind], _GATE_OF_KIND[kind], family.points)
    if (strong and _type_of(kind) is AdType.BENIGN) or any(not applies(catalogue[name], chosen) for name in strong):
        return None
    return chosen, _type_of(kind)


def _type_of(kind: str) -> AdType:
    return AdType.BENIGN if kind.startswith("benign") else AdType(kind)


#: Kind (indicators.heads.model.KINDS) -> family, and the type whose indicators are looked for: those of a job in a lawful one.
_FAMILY_OF_KIND = {
    **{name: name for name in ("job", "adult", "transport", "other")},
    "benign_job": "job",
    "benign_massage": "massage",
    "benign": "none",
}
_GATE_OF_KIND = {
    "job": AdType.JOB,
    "benign_job": AdType.JOB,
    "adult": AdType.ADULT,
    "transport": AdType.TRANSPORT,
    "other": AdType.OTHER,
    "benign_massage": AdType.BENIGN,
    "benign": AdType.BENIGN,
}


def applies(entry: CatalogueEntry, family: Family) -> bool:
    """True where an indicator speaks about this type of advert; obscured contacts and the like speak about any."""
    wanted = entry.indicator.applies_to
    if family.ad_type is AdType.BENIGN and family.name != "massage":
        # Counter-indicators of adult adverts are looked for in lawful massage too, where they tell the two apart.
        return not wanted
    return not wanted or family.ad_type in wanted
