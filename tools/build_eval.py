"""Builds the labelled sets own-a.jsonl to own-h.jsonl in tests/eval from the marked-up adverts in tests/eval/source.

``python -m tools.build_eval`` writes the files, ``--check`` only compares them, ``--counts`` prints what the sets hold. The
markup (tests/eval/source/README.md describes it for writers) is checked strictly: every span stands in the text by
construction, numbers are of fictional ranges, plain numbers stand in the text, names occur, amounts and ages occur or are
said to be in words.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strazha.errors import BadInputError

EVAL = Path(__file__).parents[1] / "tests/eval"
SETS = ("own-a", "own-b", "own-c", "own-d", "own-e", "own-f", "own-g", "own-h")

#: Short names of indicators in the markup; the full id is understood too.
SHORT = {
    "docs": "documents_withheld", "fee": "recruitment_fee", "debt": "debt_bondage", "deduct": "wage_deductions",
    "withheld": "wages_withheld", "pay": "unrealistic_pay", "noexp": "no_experience_needed",
    "nolang": "no_language_needed", "nocontract": "no_contract", "noemployer": "employer_unidentified",
    "housing": "accommodation_tied", "travel": "transport_arranged", "urgent": "immediate_departure",
    "gender": "gender_age_restricted", "hours": "excessive_hours", "isolation": "isolation_restriction",
    "vague": "vague_job", "entertain": "entertainment_abroad", "papers": "papers_arranged",
    "nointerview": "no_interview", "needy": "vulnerable_targeting", "marriage": "marriage_promise",
    "new": "movement_new_arrival", "several": "multiple_persons_advertised", "third": "third_party_voice",
    "venue": "venue_agency", "ethnic": "ethnicity_selling_point", "exclude": "client_exclusion",
    "incall": "incall_only", "outcall": "outcall_only", "always": "round_the_clock", "risky": "risky_service_wording",
    "youth": "youth_wording", "trust": "trust_wording", "hidden": "obscured_contact",
    "nopapers": "undocumented_transport", "border": "border_guarantee", "arrival": "pay_on_arrival",
    "forged": "document_offer", "child": "child_or_newborn_offer", "sham": "sham_marriage_offer",
    "organ": "organ_offer", "indep": "independent_claim", "screen": "screening_required",
    "deposit": "deposit_required", "limits": "stated_limits", "licensed": "licensed_intermediary",
    "employer": "verifiable_employer", "contract": "written_contract",
}  # fmt: skip
TYPES = {
    "job": "job", "adult": "adult", "transport": "transport", "other": "other", "bjob": "benign_job", "bgoods": "benign_goods",
    "btravel": "benign_travel", "bhome": "benign_home", "bmassage": "benign_massage",
}  # fmt: skip
LANGUAGES = ("bg", "en", "ro", "ru", "uk", "de", "el", "tr", "sr", "es")
PERS = {"h": "hour", "d": "day", "w": "week", "m": "month", "t": "trip", "o": "once", "-": None}
#: Adult wordings count on adult adverts only, stated limits and deposits on massage too (the scheme's conventions).
ADULT = frozenset(list(SHORT.values())[22:34]) | {"independent_claim", "screening_required"}
#: Fictional numbers: national form -> E.164.
RANGES = ((r"088800\d{4}", "+359"), (r"099910\d{4}", "+359"), (r"07700900\d{3}", "+44"), (r"0176040690\d{2}", "+49"))

_HEAD = re.compile(r"== (?P<id>[a-h]\d{3}) (?P<lang>[a-z]{2})(?P<latin>-latn)? (?P<type>[a-z]+)")
_LABEL = re.compile(r"%([pehna$@i]) ")
_OPEN = re.compile(r"\{([a-z_]+)\|")
_CLOSE = re.compile(r"\{/([a-z_]+)\}")


@dataclass(frozen=True)
class Marked:
    """A text without its marks, and (indicator, start, end) of each."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of SCHEME form of one source file; raises BadInputError with file and line."""
    start = 0
    lines: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("== "):
            if lines:
                yield _row(lines, f"{path.name}:{start}")
            start, lines = number, [line]
        elif lines:
            lines.append(line)
    if lines:
        yield _row(lines, f"{path.name}:{start}")


def read_marked(text: str, place: str) -> Marked:
    """Take the marks ``{short|words}`` out of a text: nested ones too, and crossing ones, the first closed by ``{/short}``."""
    out: list[str] = []
    open_at: list[tuple[str, int]] = []
    spans: list[tuple[str, int, int]] = []
    at = length = 0
    while at < len(text):
        mark = _OPEN.match(text, at)
        if mark:
            open_at.append((_indicator(mark[1], place), length))
            at = mark.end()
            continue
        close = _CLOSE.match(text, at)
        if close:
            spans.append((*_closed(open_at, close[1], place), length))
            at = close.end()
            continue
        if text[at] == "}" and open_at:
            name, start = open_at.pop()
            spans.append((name, start, length))
        else:
            out.append(text[at])
            length += 1
        at += 1
    if open_at:
        raise BadInputError(f"mark of {open_at[-1][0]} is never closed", place=place, remedy="close it with }")
    return Marked("".join(out), tuple(sorted(spans, key=lambda one: one[1])))


def _closed(open_at: list[tuple[str, int]], short: str, place: str) -> tuple[str, int]:
    """Take the innermost open mark of a name away; gives the indicator and where it began."""
    name = _indicator(short, place)
    for index in range(len(open_at) - 1, -1, -1):
        if open_at[index][0] == name:
            return open_at.pop(index)
    raise BadInputError(f"no mark of {name} is open", place=place, remedy="take {/...} away")


def _indicator(short: str, place: str) -> str:
    full = SHORT.get(short, short)
    if full not in SHORT.values():
        raise BadInputError(f"no such indicator: {short}", place=place, remedy="use a name of tools/build_eval.py, SHORT")
    return full


def _row(lines: Sequence[str], place: str) -> dict[str, Any]:
    head = _HEAD.fullmatch(lines[0].strip())
    if not head or head["type"] not in TYPES or head["lang"] not in LANGUAGES:
        raise BadInputError(f"bad head: {lines[0]!r}", place=place, remedy="write: == a001 bg[-latn] job")
    labels: dict[str, list[str]] = {}
    text: list[str] = []
    for line in lines[1:]:
        if not line.startswith("%"):
            text.append(line)
            continue
        keys = _LABEL.split(line.strip() + " ")[1:]
        for key, value in zip(keys[::2], keys[1::2], strict=True):
            labels.setdefault(key, []).extend(one.strip() for one in value.split(",") if one.strip())
    title = read_marked(text[0], place)
    body = read_marked("\n".join(text[1:]).strip("\n"), place)
    if not title.text or not body.text:
        raise BadInputError("title or body is empty", place=place, remedy="first line is the title, the body follows")
    return _labelled(head, title, body, labels, place)


def _labelled(head: re.Match[str], title: Marked, body: Marked, labels: dict[str, list[str]], place: str) -> dict[str, Any]:
    whole = f"{title.text}\n{body.text}"
    spans: dict[str, list[str]] = {}
    for marked in (title, body):
        for name, start, end in marked.spans:
            words = marked.text[start:end]
            if words not in spans.setdefault(name, []):
                spans[name].append(words)
    indicators = set(spans) | {_indicator(one, place) for one in labels.get("i", [])}
    order = [one for one in SHORT.values() if one in indicators]
    phones = [_phone(one, whole, place, "obscured_contact" in spans) for one in labels.get("p", [])]
    hidden = any(one.endswith("*") for one in labels.get("p", []))
    ad_type = TYPES[head["type"]]
    wrong = sorted(indicators & ADULT) if ad_type != "adult" else []
    if wrong:
        raise BadInputError(f"{wrong[0]} stands on adult rows only", place=place, remedy="take the mark away")
    return {
        "id": head["id"],
        "lang": head["lang"],
        "latin_bg": bool(head["latin"]),
        "ad_type": ad_type,
        "title": title.text,
        "body": body.text,
        "phones": list(dict.fromkeys(phones)),
        "phone_obscured": hidden,
        "emails": [_email(one, whole, place, "obscured_contact" in spans) for one in labels.get("e", [])],
        "handles": [_handle(one, phones, place) for one in labels.get("h", [])],
        "names": [_name(one, whole, place) for one in labels.get("n", [])],
        "ages": [int(_stated(one, whole, place)) for one in labels.get("a", [])],
        "prices": [_price(one, whole, place) for one in labels.get("$", [])],
        "places": _places(labels.get("@", []), place),
        "indicators": order,
        "spans": {one: spans[one] for one in order if one in spans},
    }


def _phone(label: str, whole: str, place: str, marked: bool) -> str:
    national, hidden = label.rstrip("*"), label.endswith("*")
    prefix = next((prefix for pattern, prefix in RANGES if re.fullmatch(pattern, national)), None)
    if prefix is None:
        raise BadInputError(
            f"{national} is of no fictional range", place=place, remedy=f"use one of {[one[0] for one in RANGES]}"
        )
    # Groups of two digits and more with one or two usual separators between them read themselves.
    groups = re.findall(r"\d+(?:[ .,/()-]{1,2}\d{2,})*", whole)
    plain = any(re.sub(r"\D", "", one).endswith(national[1:]) and not re.search(r"\b\d\D+\d\b", one) for one in groups)
    if not hidden and not plain:
        raise BadInputError(f"{national} does not stand in the text", place=place, remedy="correct it, or say * for disguised")
    if hidden and (plain or not marked):
        raise BadInputError(f"{national} is not disguised or not marked", place=place, remedy="drop the * or mark {hidden|...}")
    return prefix + national[1:]


def _email(label: str, whole: str, place: str, marked: bool) -> str:
    if not re.fullmatch(r"[a-z0-9._+-]+@(?:[a-z0-9-]+\.)*example\.(?:com|org|net)", label):
        raise BadInputError(f"{label} is not of an example domain", place=place, remedy="use example.com, .org or .net")
    if label not in whole.lower() and not marked:
        raise BadInputError(f"{label} does not stand in the text", place=place, remedy="correct it, or mark {hidden|...}")
    return label


def _handle(label: str, phones: Sequence[str], place: str) -> str:
    kind, _, name = label.partition(":")
    full = {"v": "viber", "w": "whatsapp", "t": "telegram", "i": "instagram"}.get(kind, "")
    if not full or (full in {"viber", "whatsapp"} and not phones) or (full in {"telegram", "instagram"} and not name):
        raise BadInputError(
            f"bad handle {label!r}", place=place, remedy="write v or w (with its number's place), t:name, i:name"
        )
    return f"{full}:{name}" if full in {"telegram", "instagram"} else f"{full}:{phones[int(name or 1) - 1]}"


def _name(label: str, whole: str, place: str) -> str:
    if label not in whole:
        raise BadInputError(f"{label} does not stand in the text", place=place, remedy="write the name as the text does")
    return label


def _stated(label: str, whole: str, place: str) -> str:
    """A number of the text; with a w behind it, one that stands in words."""
    if label.endswith("w"):
        return label[:-1]
    joined = re.sub(r"(?<=\d)[ .,'’\u00a0](?=\d{3})", "", whole)
    texts = (one.replace(",", ".") for one in (whole, joined))
    if not any(re.search(rf"(?<!\d){re.escape(label)}(?!\d)", one) for one in texts):
        remedy = "correct it, or add w where it is in words"
        raise BadInputError(f"{label} does not stand in the text", place=place, remedy=remedy)
    return label


def _price(label: str, whole: str, place: str) -> dict[str, Any]:
    parts = label.split()
    if len(parts) != 3 or parts[2] not in PERS or not re.fullmatch(r"[A-Z]{3}", parts[1]):
        raise BadInputError(f"bad price {label!r}", place=place, remedy=f"write: 1200 EUR m (one of {' '.join(PERS)})")
    return {"amount": float(_stated(parts[0], whole, place)), "currency": parts[1], "per": PERS[parts[2]]}


def _place(label: str, place: str) -> dict[str, Any]:
    name, _, country = label.rpartition(" ")
    name = name.strip()
    if not re.fullmatch(r"[A-Z]{2}", country) or not name or not name.isascii():
        raise BadInputError(f"bad place {label!r}", place=place, remedy="write: Sofia BG, or - DE for a country")
    return {"name": None if name == "-" else name, "country": country}


def _places(given: Sequence[str], place: str) -> list[dict[str, Any]]:
    places = [_place(one, place) for one in given]
    settled = {one["country"] for one in places if one["name"]}
    if any(one["name"] is None and one["country"] in settled for one in places):
        raise BadInputError("a country stands beside its settlement", place=place, remedy="take the country away")
    return places


def build(source: Path = EVAL / "source") -> dict[str, list[dict[str, Any]]]:
    """All rows by set name, in order of their ids; raises BadInputError for an id given twice."""
    sets: dict[str, list[dict[str, Any]]] = {name: [] for name in SETS}
    seen: dict[str, str] = {}
    for path in sorted(source.glob("*.txt")):
        for row in rows_of(path):
            if row["id"] in seen:
                raise BadInputError(
                    f"id {row['id']} stands in {seen[row['id']]} already", place=path.name, remedy="number it anew"
                )
            seen[row["id"]] = path.name
            sets[f"own-{row['id'][0]}"].append(row)
    return {name: sorted(rows, key=lambda row: str(row["id"])) for name, rows in sets.items()}


def jsonl(rows: Sequence[dict[str, Any]]) -> str:
    """One object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _print_counts(sets: dict[str, list[dict[str, Any]]]) -> None:
    rows = [row for own in sets.values() for row in own]
    print(
        {name: len(own) for name, own in sets.items()},
        "disguised:",
        sum("obscured_contact" in row["indicators"] for row in rows),
    )
    for what in ("lang", "latin_bg", "ad_type"):
        print(what, dict(Counter(row[what] for row in rows).most_common()))
    found = Counter(one for row in rows for one in row["indicators"])
    spoken = {one: len({row["lang"] for row in rows if one in row["indicators"]}) for one in SHORT.values()}
    print(
        ", ".join(f"{one} {found[one]} ({spoken[one]} languages)" for one in sorted(SHORT.values(), key=lambda one: found[one]))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, check or count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare the files with the source")
    parser.add_argument("--counts", action="store_true", help="print what the sets hold")
    given = parser.parse_args(arguments)
    try:
        sets = build()
    except BadInputError as error:
        print(error, file=sys.stderr)
        return 1
    if given.counts:
        _print_counts(sets)
        return 0
    stale = 0
    for name, rows in sets.items():
        path, text = EVAL / f"{name}.jsonl", jsonl(rows)
        if given.check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            print(f"{path.name} is not what the source says: run python -m tools.build_eval", file=sys.stderr)
            stale = 1
        elif not given.check:
            path.write_text(text, encoding="utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
