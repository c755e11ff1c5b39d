"""A ledger for each database: SQLite always, PostgreSQL where its server and the driver are installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from strazha.ledger import Ledger, open_ledger

#: Debian keeps the server's programs out of the path.
BIN = [path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if (path / "initdb").exists()]
WITH_POSTGRES = bool(BIN) and importlib.util.find_spec("psycopg") is not None


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server of our own on loopback."""
    if not WITH_POSTGRES:
        if os.environ.get("STRAZHA_TESTS_REQUIRE_ALL"):
            pytest.fail("PostgreSQL's server or the driver psycopg is missing")
        pytest.skip("left out: PostgreSQL's server or the extra 'postgres' is not installed")
    # The server refuses to run as root, and the user nobody cannot enter pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="strazha-postgres-"))
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    if as_nobody:
        os.chown(folder, 65534, 65534)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run([*as_nobody, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, env=env)

    programs, data = str(BIN[-1]), str(folder / "data")
    try:
        run(f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "strazha")
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        run(f"{programs}/pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        yield f"postgresql://strazha@127.0.0.1:{port}/postgres"
        run(f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'ledger.sqlite'}"
    address = str(request.getfixturevalue("postgres"))
    from sqlalchemy import create_engine, text

    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An open, empty ledger."""
    with open_ledger(url) as opened:
        yield opened
