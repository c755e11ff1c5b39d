"""What docs/operations.md says of snapshots holds on the live server; compose.yaml and the image are sound in their form."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from strazha.settings import Settings
from strazha.store import AdvertDoc, Query
from strazha.store.elasticsearch import ElasticsearchIndex

if TYPE_CHECKING:
    from examples.live_elasticsearch import LiveElasticsearch

ROOT = Path(__file__).parents[3]


@pytest.mark.elasticsearch
def test_a_snapshot_restores_indices_and_aliases(
    index: ElasticsearchIndex, live: Settings, elasticsearch_node: LiveElasticsearch, advert: Callable[..., AdvertDoc]
) -> None:
    docs = [advert(n, f"word {n}") for n in range(30)]
    index.put_adverts(docs)
    index.refresh()
    client, prefix = index.client, index.names.prefix
    location = str(elasticsearch_node.work / "snapshots" / prefix)
    client.snapshot.create_repository(name=prefix, repository={"type": "fs", "settings": {"location": location}})
    client.snapshot.create(
        repository=prefix, snapshot="one", indices=f"{prefix}-*", include_global_state=False, wait_for_completion=True
    )
    index.generations.drop("current")
    client.indices.delete(index=index.names.decisions)
    client.snapshot.restore(
        repository=prefix, snapshot="one", indices=f"{prefix}-*", include_global_state=False, include_aliases=True,
        wait_for_completion=True,
    )  # fmt: skip
    with ElasticsearchIndex(live) as restored:
        assert list(restored.scan_adverts()) == sorted(docs, key=lambda doc: doc.id)
        assert restored.search_adverts(Query(text="word")).total == 30
        assert restored.put_adverts(docs) == 0, "versions are restored too"
    client.snapshot.delete(repository=prefix, snapshot="one")
    client.snapshot.delete_repository(name=prefix)


def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def test_compose_sets_only_settings_that_exist() -> None:
    assert set(services()) == {"certs", "elasticsearch", "postgres", "prefect", "worker", "review"}
    known = {f"STRAZHA_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in services().values() for name in service.get("environment", {}) if name.startswith("STRAZHA_")}
    assert named
    assert named <= known
    for name in ("worker", "review"):
        given = {key: str(value) for key, value in services()[name]["environment"].items() if key.startswith("STRAZHA_")}
        values = {key: "false" if key.endswith("HTTPS") else re.sub(r"\$\{[^}]*\}", "x", value) for key, value in given.items()}
        assert Settings.model_validate({key.removeprefix("STRAZHA_").lower(): _parsed(value) for key, value in values.items()})


def _parsed(value: str) -> Any:
    return json.loads(value) if value.startswith("[") else value


def test_compose_is_closed() -> None:
    security = services()["elasticsearch"]["environment"]
    assert security["xpack.security.enabled"] == security["xpack.security.http.ssl.enabled"] == "true"
    for name, service in services().items():
        ports = service.get("ports", [])
        assert all(port.startswith("127.0.0.1:") for port in ports), f"{name} is open to the network"
        assert name == "certs" or "healthcheck" in service, name
        assert not service.get("privileged")
        for mounted in service.get("volumes", []):
            # The certificates' keys are Elasticsearch's alone.
            assert not mounted.startswith("certs:") or name in {"certs", "elasticsearch"}
    assert services()["elasticsearch"].get("ports") is services()["postgres"].get("ports") is None
    volumes = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["volumes"]
    used = {mounted.split(":")[0] for service in services().values() for mounted in service.get("volumes", [])}
    assert {one for one in used if re.fullmatch(r"\w+", one)} == set(volumes)


def test_every_variable_of_compose_is_in_the_example_and_no_secret_has_a_default() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    used = dict(re.findall(r"\$\{([A-Z_]+)(:?[^}]*)\}", text))
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / "deploy.env.example").read_text(encoding="utf-8"), re.M))
    assert set(used) == set(given)
    secrets = {name for name in given if name.endswith(("_PASSWORD", "_KEY", "_AUTH"))}
    assert len(secrets) == 5
    for name in secrets:
        assert given[name] == ""
        assert set(re.findall(rf"\$\{{{name}([^}}]*)\}}", text)) in ({":?set it in deploy.env"}, {":-"})
        assert name.endswith("_API_KEY") or ":?" in used[name], f"{name} may be empty"
    written = text + (ROOT / "deploy.env.example").read_text(encoding="utf-8")
    assert not re.findall(r"(?i)(?:password|secret): (?!\$)\S+", written)


def test_commands_of_compose_and_image_exist() -> None:
    from cli.main import COMMANDS

    installed = {entry.name for entry in importlib.metadata.entry_points(group="console_scripts")}
    for name, service in services().items():
        if service["image"] != "strazha:latest":
            continue
        program, *arguments = [*service.get("entrypoint", ["strazha"]), *service["command"]]
        assert program in installed, name
        assert program != "strazha" or arguments[0] in COMMANDS
        checked = service["healthcheck"]["test"]
        assert checked[0] == "CMD"
        assert checked[1] in {"python", "strazha"}
        assert checked[1] == "python" or checked[2] in COMMANDS
        if checked[1] == "python":
            compile(checked[3], name, "exec")
    image = (ROOT / "Containerfile").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r"--extra (\w+)", image)) <= set(project["optional-dependencies"])
    assert re.findall(r"^USER (\S+)", image, re.M) == ["strazha"], "not root"


def test_compose_itself_finds_no_fault(tmp_path: Path) -> None:
    """Only where the plugin is installed: it is not on the machine this was written on."""
    if (
        not shutil.which("docker")
        or subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("left out: docker compose is not installed")
    text = (ROOT / "deploy.env.example").read_text(encoding="utf-8")
    (tmp_path / "deploy.env").write_text(re.sub(r"=$", "=given", text, flags=re.M), encoding="utf-8")
    command = ["docker", "compose", "--env-file", str(tmp_path / "deploy.env"), "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_image_holds_every_package() -> None:
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    packages = re.search(r"^packages = \[([^\]]+)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert packages
    for name in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {name} {name}" in text
