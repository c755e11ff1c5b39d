"""Files of the landing area: closed by a manifest line, or not there at all."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from strazha.errors import EvidenceError
from strazha.evidence.landing import Landing, LineRef
from strazha.model import PageError


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(str(tmp_path / "landing"))


def rows(count: int) -> list[PageError]:
    return [PageError(kind="http", url=f"http://example.com/обява/{number}") for number in range(count)]


def test_lines_come_back_by_their_reference(landing: Landing) -> None:
    refs = landing.write_lines("a/b", "x.jsonl", "errors", rows(5))
    assert [PageError.model_validate_json(line) for line in landing.read_lines(refs)] == rows(5)
    assert PageError.model_validate_json(landing.read_line(refs[3])) == rows(5)[3]
    assert [ref for ref, _ in landing.iter_lines("a/b", "errors")] == refs


def test_manifest_states_size_hash_and_records(landing: Landing) -> None:
    landing.write_lines("a", "x.jsonl", "errors", rows(2))
    (entry,) = landing.entries("a")
    assert (entry.name, entry.kind, entry.records) == ("x.jsonl", "errors", 2)
    assert landing.verify("a") == []


@pytest.mark.parametrize("harm", ["change", "cut", "remove"])
def test_verify_finds_what_was_done_to_a_closed_file(landing: Landing, tmp_path: Path, harm: str) -> None:
    landing.write_lines("a", "x.jsonl", "errors", rows(2))
    path = tmp_path / "landing/a/x.jsonl"
    data = path.read_bytes()
    if harm == "change":
        path.write_bytes(data.replace(b"http://", b"hxxp://", 1))
    elif harm == "cut":
        path.write_bytes(data[:-1])
    else:
        path.unlink()
    (problem,) = landing.verify("a")
    assert problem.startswith("a/x.jsonl")


def test_an_error_leaves_a_part_and_no_manifest_line(landing: Landing) -> None:
    def fail_in_the_middle() -> None:
        with landing.write("a", "x.jsonl", "errors") as out:
            out.line(rows(1)[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_in_the_middle()
    assert landing.entries("a") == []
    assert landing.parts("a") == ["x.jsonl"]
    assert not landing.exists("a/x.jsonl")


def test_a_killed_process_leaves_a_part_and_no_manifest_line(landing: Landing, tmp_path: Path) -> None:
    script = (
        "import os, signal\n"
        "from strazha.evidence.landing import Landing\n"
        f"out = Landing({str(tmp_path / 'landing')!r}).write('a', 'x.jsonl', 'errors')\n"
        "out.raw_line(b'{}'); out.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert (landing.entries("a"), landing.parts("a")) == ([], ["x.jsonl"])


def test_a_full_disk_is_an_error_and_leaves_what_was_closed(landing: Landing, tmp_path: Path) -> None:
    landing.write_lines("a", "first.jsonl", "errors", rows(3))

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    script = (
        "from strazha.evidence.landing import Landing\n"
        f"with Landing({str(tmp_path / 'landing')!r}).write('a', 'second.jsonl', 'errors') as out:\n"
        "    for number in range(10000): out.raw_line(b'x' * 100)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, timeout=60, preexec_fn=small_files, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert [entry.name for entry in landing.entries("a")] == ["first.jsonl"]
    assert landing.verify("a") == []


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "a//b", "", "a\0b"])
def test_a_path_cannot_climb_out(landing: Landing, name: str) -> None:
    with pytest.raises(EvidenceError, match="not a path"):
        landing.path(name)


def test_a_reference_beyond_the_file_is_told(landing: Landing) -> None:
    (ref,) = landing.write_lines("a", "x.jsonl", "errors", rows(1))
    with pytest.raises(EvidenceError, match="cut short"):
        landing.read_line(LineRef(file=ref.file, offset=ref.offset, length=ref.length + 5))
    with pytest.raises(EvidenceError, match="missing"):
        landing.read_line(LineRef(file="a/none.jsonl", offset=0, length=1))


def test_a_broken_manifest_names_its_line(landing: Landing, tmp_path: Path) -> None:
    landing.write_lines("a", "x.jsonl", "errors", rows(1))
    with (tmp_path / "landing/a/manifest.jsonl").open("ab") as out:
        out.write(b'{"name": "y')
    with pytest.raises(EvidenceError, match=r"manifest\.jsonl:2"):
        landing.entries("a")


def test_an_object_store_serves_alike() -> None:
    landing = Landing("memory://strazha-test/landing")
    refs = landing.write_lines("a", "x.jsonl", "errors", rows(3))
    assert PageError.model_validate_json(landing.read_line(refs[2])) == rows(3)[2]
    assert landing.verify("a") == []
    assert landing.folders("a") == []


def test_writing_a_name_again_replaces_it(landing: Landing) -> None:
    landing.write_lines("a", "x.jsonl", "errors", rows(3))
    landing.write_lines("a", "x.jsonl", "errors", rows(1))
    (entry,) = landing.entries("a")
    assert entry.records == 1
    assert landing.verify("a") == []
    assert landing.parts("a") == []
