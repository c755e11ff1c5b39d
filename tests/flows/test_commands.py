"""`strazha run` and `strazha status` as a newcomer meets them: exit codes, words, remedies."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import app
from flows.holding import hold_sources
from strazha.errors import BadInputError


def test_status_of_an_empty_system(strazha: Any) -> None:
    done = strazha.run("status")
    assert done.returncode == 0, done.stderr
    assert "Nothing has run yet" in done.stdout
    assert "strazha run SOURCE" in " ".join(done.stdout.split())


def test_run_then_status(strazha: Any, site: Any) -> None:
    done = strazha.run("run", "--no-prefect", *strazha.named)
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert ": completed" in words
    assert "Screened: 48 advert versions." in words
    assert "Review them with `strazha serve`." in words
    assert "strazha: screen ..." in done.stderr
    status = strazha.run("status")
    assert status.returncode == 0
    shown = " ".join(status.stdout.split())
    assert "north-market" in shown
    assert "│ ledger │ 48" in shown
    assert "│ index │ 48" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run"], 2, "no source is named"),
        (["run", "nowhere"], 2, "no source definition is called nowhere"),
    ],
)
def test_wrong_input(strazha: Any, arguments: list[str], code: int, words: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, BadInputError)
    assert result.exception.exit_code == code
    assert words in str(result.exception)
    assert "remedy:" in str(result.exception)


def test_source_without_legal_basis_is_refused(strazha: Any, site: Any, definitions: Any, tmp_path: Any) -> None:
    expired = definitions(site, tmp_path / "expired", until="2026-02-01")
    done = strazha.run("run", "--no-prefect", "--definition", str(expired[0]))
    assert done.returncode == 3
    assert "no legal basis in force" in done.stderr
    assert site.requests == []
    # Beside one that may be crawled it is named in the report, and the other runs.
    done = strazha.run("run", "--no-prefect", "--definition", str(expired[0]), "--definition", str(strazha.definitions[1]))
    assert done.returncode == 3
    assert "Not done: source north-market: its legal basis" in " ".join(done.stdout.split())
    assert not [path for path in site.requests if "north" in path]


def test_busy_source_is_refused(strazha: Any, site: Any) -> None:
    with hold_sources(strazha.settings, ["south-market"]):
        done = strazha.run("run", "--no-prefect", *strazha.named)
    assert done.returncode == 5
    assert "another run works on south-market" in done.stderr
    assert site.requests == []
