"""The files of `deploy/` name what is there; no container is made of them here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()


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


def test_every_variable_that_must_be_set_is_explained() -> None:
    readme = (DEPLOY / "README.md").read_text()
    asked = set(re.findall(r"\$\{(\w+)[:}]", COMPOSE))
    for file in ("Caddyfile", "sub-path.Caddyfile", "explorer.caddy"):
        asked |= set(re.findall(r"\{\$(\w+)[:}]", (DEPLOY / file).read_text()))
    assert {name for name in asked if name not in readme} == set()
