"""The files of `deploy/` name what is there; no container is made of them here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]


def test_the_image_holds_what_the_server_needs_and_nothing_that_is_not_there() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert {"app.py", "explorer", "pages", ".streamlit", "requirements.txt"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for source in copied:
        assert any(re.match(rf"!{re.escape(source.split('/')[0])}", line) for line in kept), source


def test_the_image_takes_the_pair_of_torch_and_torchvision_that_is_pinned() -> None:
    pattern = re.search(r"grep -E '([^']+)'", DOCKERFILE)[1]
    found = [
        line.split("==")[0]
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if re.search(pattern, line)
    ]
    assert found == ["torch", "torchvision"]


def test_the_image_has_a_python_that_the_app_is_made_for_and_no_root() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    version = re.search(r"^FROM python:3\.(\d+)", DOCKERFILE, re.MULTILINE)[1]
    assert 11 <= int(version) <= 13, project
    assert re.search(r"^USER explorer$", DOCKERFILE, re.MULTILINE)


def test_postgresql_has_one_driver_in_one_version_everywhere() -> None:
    wanted = (DEPLOY / "requirements-postgresql.txt").read_text().splitlines()[-1]
    assert wanted in (ROOT / "tests" / "requirements.txt").read_text().splitlines()


def test_every_file_that_the_composition_mounts_is_there() -> None:
    mounted = re.findall(r"- \./(\S+?):", COMPOSE)
    assert {"Caddyfile", "explorer.caddy"} <= set(mounted)
    assert all((DEPLOY / name).is_file() for name in mounted)


def test_what_is_composed_hangs_together() -> None:
    composed = yaml.safe_load(COMPOSE)
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES) - {name}
        for needed, how in service.get("depends_on", {}).items():
            own = "healthcheck" in SERVICES[needed] or "build" in SERVICES[needed]
            assert own or how["condition"] != "service_healthy", f"{needed} has no health check"
        named = {one.split(":")[0] for one in service.get("volumes", ()) if one[0] not in "./"}
        assert named <= set(composed["volumes"]), name
        # In one version each, and never as whoever owns the machine.
        if "build" not in service:
            assert re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?", service["image"]), name
        assert not service.get("privileged"), name
        assert service.get("user") != "root", name
        assert service["restart"] == "unless-stopped", name
    # The proxy alone is reached from outside.
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim", DOCKERFILE, re.MULTILINE)


def test_a_cluster_is_composed_when_it_is_asked_for() -> None:
    on_request = {name for name, one in SERVICES.items() if one.get("profiles") == ["ray"]}
    assert on_request == {"ray-head", "ray-worker"}
    for name in on_request:
        assert SERVICES[name]["build"] == SERVICES["app"]["build"]
    assert SERVICES["app"]["build"]["args"]["EXTRAS"] == "${EXPLORER_EXTRAS:-postgresql}"
    for extras in ("postgresql", "cluster"):
        file = f"deploy/requirements-{extras}.txt"
        assert (ROOT / file).is_file()
        assert file in DOCKERFILE
    head = SERVICES["ray-head"]
    started = head["command"][-1]
    (module,) = re.findall(r"python -m ([\w.]+)", started)
    assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
    assert "--head" in started
    assert head["environment"]["EXPLORER_DATABASE_URL"]
    assert head["environment"]["EXPLORER_RAY_ADDRESS"] == "auto"


def test_containers_get_every_variable_of_the_readme_and_no_unknown_one() -> None:
    readme = (ROOT / "README.md").read_text()
    ours = set(re.findall(r"^\| `(EXPLORER_\w+)`", readme, re.MULTILINE))
    # These name folders of the machine, which a container does not have.
    folders = {"EXPLORER_DATA_DIR", "EXPLORER_WATCH"}
    given = {name for name in SERVICES["app"]["environment"] if name.startswith("EXPLORER_")}
    assert given == ours - folders
    others = set(SERVICES["app"]["environment"]) - given
    assert all(name in readme or name.startswith("STREAMLIT_SERVER_") for name in others)


@pytest.mark.skipif(shutil.which("caddy") is None, reason="There is no caddy here.")
@pytest.mark.parametrize("file", ["Caddyfile", "sub-path.Caddyfile"])
@pytest.mark.parametrize("upstreams", [None, "to 127.0.0.1:8501 127.0.0.1:8502"])
def test_caddy_takes_the_files_with_containers_and_without(
    file: str, upstreams: str | None, tmp_path: Path
) -> None:
    own = {"HOME": str(tmp_path), "EXPLORER_SITE": "x.example", "EXPLORER_COOKIE_SECRET": "secret"}
    if upstreams:
        own["EXPLORER_UPSTREAMS"] = upstreams
    done = subprocess.run(
        ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / file],
        env={"PATH": os.environ["PATH"]} | own,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Valid configuration" in done.stdout + done.stderr


def test_every_variable_that_must_be_set_is_explained() -> None:
    readme = (DEPLOY / "README.md").read_text()
    asked = set(re.findall(r"\$\{(\w+)[:}]", COMPOSE))
    for file in ("Caddyfile", "sub-path.Caddyfile", "explorer.caddy"):
        asked |= set(re.findall(r"\{\$(\w+)[:}]", (DEPLOY / file).read_text()))
    assert {name for name in asked if name not in readme} == set()
