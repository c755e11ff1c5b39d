"""Attacks by programs on operators', leads', investigators' and learners' work at the API."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from strazha.ledger.records import Role
from strazha.ledger.tokens import TokenScope
from tests.review.attack_ground import V1, Attacks, Ground

ATTACKS = Attacks()

SOURCE = f"{V1}/sources/uk-services"
#: What operators and administrators alone may do.
RUNS: tuple[tuple[str, dict[str, Any]], ...] = (
    (f"{SOURCE}/run", {}), (f"{SOURCE}/rescreen", {"sure": True}), (f"{SOURCE}/pause", {"reason": "x"}),
    (f"{SOURCE}/resume", {}),
    (f"{V1}/quarantine/retry", {"items": [{"advert": "x", "version": "y"}]}),
    (f"{V1}/quarantine/dismiss", {"items": [{"advert": "x", "version": "y"}]}),
    (f"{V1}/quarantine/replay", {}), (f"{V1}/alarms/note", {"alarm": "disk:x"}),
)  # fmt: skip
EXPORT = {"what": "selection", "query": "kind=adverts", "reason": "check"}


@ATTACKS.add("wrong role", "operators' changes by everybody else's program", 403)
def _runs(g: Ground) -> Sequence[Any]:
    return [
        g.caller(role).post(path, json=body)
        for role in (Role.ANALYST, Role.INVESTIGATOR, Role.LEAD, Role.AUDITOR)
        for path, body in RUNS
    ]


@ATTACKS.add("wrong role", "operators' changes with their token for reading", 403)
def _reading(g: Ground) -> Sequence[Any]:
    return [g.caller(Role.OPERATOR, TokenScope.READ).post(path, json=body) for path, body in RUNS]


@ATTACKS.add("wrong role", "what names people by the programs of operators and administrators", 403)
def _content(g: Ground) -> Sequence[Any]:
    paths = [f"clusters/{g.cluster}/{view}" for view in ("graph", "times", "text", "facts", f"compare/{g.reviewed}")]
    paths += [f"items/cluster/{g.cluster}/history", "shared-contacts", "map", "searches", "cases", "dashboard"]
    return [g.caller(role).get(f"{V1}/{path}") for role in (Role.OPERATOR, Role.ADMIN) for path in paths]


ATTACKS.every("wrong role", {
    "figures by an analyst's program": lambda g: g.program.get(f"{V1}/dashboard"),
    "an export by an analyst's program": lambda g: g.program.post(f"{V1}/exports/csv", json=EXPORT),
    "contacts in an auditor's export": lambda g: g.caller(Role.AUDITOR).post(
        f"{V1}/exports/csv", json={**EXPORT, "uncovered": True}
    ),
    "colleagues' training by an analyst's program": lambda g: g.program.get(f"{V1}/training/people"),
    "handing out a case with a token for reading": lambda g: g.caller(Role.LEAD, TokenScope.READ).post(
        f"{V1}/cases/{g.case}/bundle", json={"reason": "mine"}
    ),
    "changing a note as an auditor": lambda g: g.caller(Role.AUDITOR).put(
        f"{V1}/notes/{g.note}", json={"text": "x", "seen": 1}
    ),
}, 403)  # fmt: skip

ATTACKS.every("IDOR", {
    "renaming the lead's case by API": lambda g: g.program.post(f"{V1}/cases/{g.case}/name", json={"title": "mine"}),
    "closing the lead's case by API": lambda g: g.program.post(
        f"{V1}/cases/{g.case}/state", json={"to": "closed", "reason": "mine"}
    ),
    "a report on the lead's case by API": lambda g: g.program.post(
        f"{V1}/cases/{g.case}/report", json={"reason": "mine", "contacts": True}
    ),
    "the evidence of the lead's case by API": lambda g: g.program.post(
        f"{V1}/cases/{g.case}/bundle", json={"reason": "mine"}
    ),
    "changing the lead's note by API": lambda g: g.program.put(f"{V1}/notes/{g.note}", json={"text": "mine", "seen": 1}),
    "taking the lead's note back by API": lambda g: g.program.delete(f"{V1}/notes/{g.note}", params={"seen": 1}),
    "sharing the lead's search with oneself by API": lambda g: g.program.post(
        f"{V1}/searches/{g.search}/share", json={"shared": ["analyst"]}
    ),
    "removing the lead's search by API": lambda g: g.program.delete(f"{V1}/searches/{g.search}"),
    "the lead's answer in training by API": lambda g: g.program.get(f"{V1}/training/answers/{g.answer}"),
    "a run's log by its path": lambda g: g.caller(Role.OPERATOR).get(f"{V1}/runs/..%2f..%2fledger.sqlite/log"),
    "a process' words by its path": lambda g: g.caller(Role.OPERATOR).get(f"{V1}/asked/..%2f..%2fledger.sqlite"),
    "a source by its path": lambda g: g.caller(Role.OPERATOR).post(
        f"{V1}/sources/..%2f..%2fetc/pause", json={"reason": "x"}
    ),
}, 404)  # fmt: skip

ATTACKS.every("mass assignment", {
    "who paused a source": lambda g: g.caller(Role.OPERATOR).post(f"{SOURCE}/pause", json={"reason": "x", "done_by": "lead"}),
    "a run of other settings": lambda g: g.caller(Role.OPERATOR).post(f"{SOURCE}/run", json={"settings": {"home": "/"}}),
    "a rescreening nobody meant": lambda g: g.caller(Role.OPERATOR).post(f"{SOURCE}/rescreen", json={"sure": False}),
    "whose note it is": lambda g: g.program.put(f"{V1}/notes/{g.note}", json={"text": "x", "seen": 1, "author": "lead"}),
    "whose search it is": lambda g: g.program.post(f"{V1}/searches", json={"name": "x", "owner": "lead"}),
    "an exercise passed by saying so": lambda g: g.program.post(
        f"{V1}/training/cases/{g.exercise}/answers", json={"seen": [], "outcome": "spam", "passed": True}
    ),
    "whose export it was": lambda g: g.caller(Role.LEAD).post(f"{V1}/exports/csv", json={**EXPORT, "made_by": "auditor"}),
}, 422)  # fmt: skip


@ATTACKS.add("without a reason", "contacts in every view, exports, a case's evidence", 422)
def _unsaid(g: Ground) -> Sequence[Any]:
    bare = {"uncover": "true"}
    views = [f"clusters/{g.cluster}/{view}" for view in ("graph", "times", "text", "facts", f"compare/{g.reviewed}")]
    views += [f"items/cluster/{g.cluster}/history", "shared-contacts"]
    answers = [g.program.get(f"{V1}/{view}", params=params) for view in views for params in (bare, {**bare, "reason": "other"})]
    lead = g.caller(Role.LEAD)
    answers += [lead.post(f"{V1}/exports/{kind}", json={**EXPORT, "reason": "other"}) for kind in ("csv", "report")]
    return [*answers, *(lead.post(f"{V1}/cases/{g.case}/{what}", json={"reason": "   "}) for what in ("report", "bundle"))]


def _document(inside: str) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        held.writestr("word/document.xml", inside)
    return base64.b64encode(out.getvalue()).decode()


def _file(g: Ground, name: str, content: str) -> Any:
    return g.program.post(f"{V1}/screenings/file", json={"name": name, "content": content})


ATTACKS.every("files", {
    "a document that unpacks to far more": lambda g: _file(g, "a.docx", _document("<a>" + " " * 4_000_000 + "</a>")),
    "a document with an entity": lambda g: _file(
        g, "a.docx", _document('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    ),
    "a program by another name": lambda g: _file(g, "a.txt", base64.b64encode(b"\x7fELF" + b"\0" * 200).decode()),
    "a path for a name": lambda g: _file(g, "../../etc/passwd", base64.b64encode(b"text").decode()),
    "no Base64": lambda g: _file(g, "a.txt", "%%%"),
    "three megabytes": lambda g: _file(g, "a.txt", "A" * 3_000_000),
}, 422)  # fmt: skip
