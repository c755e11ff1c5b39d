"""Evidence bundles: whole, checkable with sha256sum, and every change of a file seen."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from strazha.evidence.bundle import SUMS, Bundle, verify_bundle

AT = datetime(2026, 11, 22, 9, 30, 12, tzinfo=UTC)


def made() -> bytes:
    out = io.BytesIO()
    with Bundle(out, at=AT) as bundle:
        bundle.add_json("case.json", {"title": "Лайм \ud800"})
        bundle.add("captures/a1.warc.gz", b"\x1f\x8b" + bytes(100))
        bundle.close()
    return out.getvalue()


def changed(raw: bytes, name: str, data: bytes | None) -> io.BytesIO:
    """The bundle with one file put in place of another, or (``None``) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for one in [*old.namelist(), *({name} - set(old.namelist()))]:
            if one != name:
                new.writestr(one, old.read(one))
            elif data is not None:
                new.writestr(one, data)
    return out


def test_a_bundle_is_the_same_each_time_and_whole() -> None:
    assert made() == made()
    assert verify_bundle(io.BytesIO(made())) == []
    with zipfile.ZipFile(io.BytesIO(made())) as held:
        assert [line.split("  ")[1] for line in held.read(SUMS).decode().splitlines()] == ["captures/a1.warc.gz", "case.json"]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("case.json", b"{}", "case.json differs from its digest"),
        ("case.json", None, "case.json is missing"),
        ("more.json", b"{}", "more.json is not listed"),
        (SUMS, None, f"{SUMS} is missing"),
    ],
)
def test_every_change_is_seen(name: str, data: bytes | None, problem: str) -> None:
    assert verify_bundle(changed(made(), name, data)) == [problem]


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../b", "a\\b"])
def test_no_name_leads_out_of_a_bundle(name: str) -> None:
    with Bundle(io.BytesIO(), at=AT) as bundle, pytest.raises(ValueError, match="no name"):
        bundle.add(name, b"")
