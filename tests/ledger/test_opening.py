"""Opening: migrations, several processes at once, kill -9, and errors a person can act on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from strazha.errors import BadInputError, StoreError, StoreUnavailableError
from strazha.ledger import Ledger, SeenAdvert, open_ledger
from strazha.ledger.database import HEAD
from strazha.ledger.tables import APPEND_ONLY, metadata

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_migrations_make_the_tables_the_program_expects(ledger: Ledger) -> None:
    with ledger._db.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_the_newest_migration_is_written_down() -> None:
    config = Config()
    config.set_main_option("script_location", "strazha.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    assert set(APPEND_ONLY) <= set(metadata.tables)


def test_opening_again_needs_no_migration_tool(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'l.sqlite'}"
    open_ledger(url).close()
    program = (
        f"import sys; from strazha.ledger import open_ledger; open_ledger({url!r}).close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'l.sqlite'}"
    with open_ledger(url) as ledger, ledger._db.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="9999") as caught:
        open_ledger(url)
    assert caught.value.remedy


def open_and_write(url: str, name: str) -> None:
    with open_ledger(url) as ledger:
        ledger.audit(name, "open", "ledger", {}, NOW)


def test_several_processes_may_open_a_new_ledger_at_once(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=open_and_write, args=(url, str(n))) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    with open_ledger(url) as ledger:
        assert sorted(entry.who for entry in ledger.audit_entries()) == ["0", "1", "2", "3"]
        assert ledger.verify_audit() is None


def take_in_forever(url: str) -> None:
    with open_ledger(url) as ledger:
        for number in range(10_000):
            ledger.take_in("s", "r1", seen(number), complete=False, at=NOW)


def seen(number: int) -> list[SeenAdvert]:
    return [
        SeenAdvert(advert_id=f"a{number:05}-{n:04}", content_hash=f"{n:064x}", captured_at=NOW, file="f", offset=n, length=1)
        for n in range(300)
    ]


def test_a_killed_writer_leaves_whole_batches_and_no_lock(url: str) -> None:
    open_ledger(url).close()
    process = multiprocessing.get_context("spawn").Process(target=take_in_forever, args=(url,))
    process.start()
    with open_ledger(url) as ledger:
        deadline = time.monotonic() + 30
        while ledger.advert_state("a00003-0000") is None and time.monotonic() < deadline:
            time.sleep(0.005)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        states = sum(1 for _ in ledger.scan_adverts())
        counts = ledger.take_in("s", "r1", [], complete=False, at=NOW)
        assert states > 0
        assert states % 300 == 0
        assert counts.new == states
        # Run again from the start: what was taken in already counts once.
        for number in range(states // 300 + 1):
            counts = ledger.take_in("s", "r1", seen(number), complete=False, at=NOW)
        assert counts.new == states + 300


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url", "", "sqlite+nothing:///x", "oracle://x"])
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with pytest.raises(BadInputError) as caught:
        open_ledger(url)
    assert caught.value.remedy


def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailableError):
        open_ledger(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}")
    with pytest.raises(StoreUnavailableError):
        open_ledger(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError):
        open_ledger(f"sqlite:///{path}")
