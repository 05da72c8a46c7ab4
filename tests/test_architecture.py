"""The rules that keep the source readable and the server fast; see README, "The tree"."""

from __future__ import annotations

import ast
import graphlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from explorer.exchange.readers.limits import MOST_BYTES
from explorer.figures.palette import CATEGORICAL, CATEGORICAL_DARK, CURVES
from pages.components.registry import PAGES, SECTIONS

Node = TypeVar("Node")

ROOT = Path(__file__).resolve().parent.parent
APP_MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "app.py", *ROOT.glob("explorer/**/*.py"), *ROOT.glob("pages/**/*.py"))
}
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())

TRAINING_LIBRARIES = {"torch", "torchvision", "sklearn"}
# Folder → the folders of the app that it may know beside itself.
MAY_KNOW = {
    "explorer.core": (),
    "explorer.runs": ("explorer.core",),
    "explorer.rooms": ("explorer.core",),
    "explorer.store": ("explorer.rooms", "explorer.runs", "explorer.core"),
    "explorer.jobs": ("explorer.store", "explorer.runs"),
    "explorer.trainer": ("explorer.jobs", "explorer.store", "explorer.runs", "explorer.core"),
    "explorer.cluster": (
        "explorer.trainer",
        "explorer.jobs",
        "explorer.store",
        "explorer.runs",
    ),
    "explorer.figures": ("explorer.core", "explorer.runs", "explorer.rooms"),
    "explorer.exchange": ("explorer.runs", "explorer.figures"),
    "explorer.watching": (
        "explorer.exchange",
        "explorer.jobs",
        "explorer.store",
        "explorer.runs",
    ),
    "explorer.teaching": ("explorer.core", "explorer.figures", "explorer.rooms"),
    "pages.components": tuple(
        f"explorer.{room}"
        for room in (
            *("core", "runs", "rooms", "store", "jobs"),
            *("figures", "exchange", "watching", "teaching"),
        )
    ),
}
SECTION_FOLDERS = ("start", "information", "losses", "training", "workshop")
for section in SECTION_FOLDERS:
    MAY_KNOW[f"pages.{section}"] = (*MAY_KNOW["pages.components"], "pages.components")
MAY_KNOW["app"] = ("pages.components",)
# Folder → the libraries that it may import; a folder that is not named may import any.
LIBRARIES = {
    "explorer.core": ("numpy", "scipy.special"),
    "explorer.rooms": ("numpy",),
    "explorer.runs": ("numpy", "platformdirs"),
    "explorer.figures": ("numpy", "plotly", "pandas", "tsdownsample"),
    "explorer.teaching": ("numpy",),
}
# Library → the only folders that may import it.
KEPT_TO = {
    "torch": ("explorer.trainer",),
    "sklearn": ("explorer.trainer",),
    "ray": ("explorer.cluster",),
    "sqlalchemy": ("explorer.store",),
    "alembic": ("explorer.store",),
    "subprocess": (
        "explorer.jobs",
        "explorer.trainer",
        "explorer.cluster",
        "explorer.exchange",
    ),
    "watchfiles": ("explorer.watching",),
    "streamlit": ("app", "pages"),
    "segno": ("pages.components",),
}
VISIBLE = {
    "app.py",
    "pages",
    "explorer",
    "tests",
    "benchmarks",
    "deploy",
    "requirements.txt",
    "README.md",
    "pyproject.toml",
}


@cache
def imports(module: str) -> frozenset[str]:
    """Modules and names that a module imports anywhere in it, relative imports resolved."""
    path = APP_MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base]).rstrip(".")
            names = {f"{base}.{alias.name}" for alias in node.names}
            submodules = names & APP_MODULES.keys()
            # "from explorer.figures import divergence" imports that module, not a name.
            found |= submodules or {base}
    return frozenset(found)


def modules_in(*prefixes: str) -> list[str]:
    return [
        module
        for module in sorted(APP_MODULES)
        if any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)
    ]


def top(name: str) -> str:
    return name.split(".")[0]


def is_inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def closure(start: Iterable[Node], leads_to: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Everything that can be come to from `start`, itself included."""
    seen: set[Node] = set()
    waiting = list(start)
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += leads_to(one)
    return seen


def reachable(start: list[str]) -> set[str]:
    """The modules of the app that importing `start`, and calling anything in it, can import."""
    return closure(start, lambda module: imports(module) & APP_MODULES.keys())


def folder_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("folder", MAY_KNOW)
def test_every_folder_has_modules_to_check(folder):
    assert modules_in(folder)


def test_every_module_lies_in_a_folder_that_has_a_rule():
    assert {folder_of(module) for module in APP_MODULES} - {"explorer"} == MAY_KNOW.keys()


@pytest.mark.parametrize("module", sorted(APP_MODULES))
def test_a_folder_knows_only_what_its_rule_allows(module):
    folder = folder_of(module)
    allowed = (folder, *MAY_KNOW.get(folder, ()))
    known = {name for name in imports(module) if top(name) in ("explorer", "pages", "app")}
    # The version of the app is everybody's.
    assert not {name for name in known - {"explorer"} if not is_inside(name, *allowed)}


@pytest.mark.parametrize("module", modules_in(*LIBRARIES))
def test_a_folder_imports_only_its_libraries(module):
    allowed = ("explorer", *LIBRARIES[folder_of(module)])
    foreign = {name for name in imports(module) if top(name) not in sys.stdlib_module_names}
    assert not {name for name in foreign if not is_inside(name, *allowed)}


@pytest.mark.parametrize("library", KEPT_TO)
def test_a_library_is_kept_to_its_folders(library):
    users = {name for name in APP_MODULES if library in map(top, imports(name))}
    assert users
    assert not {name for name in users if not is_inside(name, *KEPT_TO[library])}


def scripts_of(module: str) -> set[Path]:
    """The scripts beside a module that it names, or that are called as it is."""
    path = APP_MODULES[module]
    text = path.read_text()
    return {one for one in path.parent.glob("*.js") if one.stem == path.stem or one.name in text}


def reachable_scripts(start: set[Path]) -> set[Path]:
    """The scripts that loading `start` loads."""

    def loads(script: Path) -> list[Path]:
        named = re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', script.read_text())
        return [(script.parent / name).resolve() for name in named]

    return closure(start, loads)


def test_shared_parts_of_pages_are_shared():
    """No module or script of `pages/components` is reached from one section alone."""
    shared = ROOT / "pages" / "components"
    users: dict[str | Path, set[str]] = {one: set() for one in modules_in("pages.components")}
    users |= {script: set() for script in shared.rglob("*.js")}

    def note(start: list[str], *sections: str) -> None:
        modules = reachable(start)
        scripts = reachable_scripts({one for module in modules for one in scripts_of(module)})
        for one in (modules | scripts) & users.keys():
            users[one].update(sections)

    for section in SECTION_FOLDERS:
        note(modules_in(f"pages.{section}"), section)
    note(["app"], *SECTION_FOLDERS)
    assert {one: used for one, used in users.items() if len(used) < 2} == {}


def test_no_import_leads_in_a_circle():
    graph = {module: imports(module) & APP_MODULES.keys() for module in APP_MODULES}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert set(order) == set(APP_MODULES)


@pytest.mark.parametrize("module", modules_in("app", "pages"))
def test_no_page_can_reach_a_training_library(module):
    carriers = {
        name for name in reachable([module]) if TRAINING_LIBRARIES & set(map(top, imports(name)))
    }
    assert not carriers


def test_visiting_every_page_imports_no_training_library():
    visit = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
for path in {[page.path for page in PAGES.values()]!r}:
    app.switch_page(path).run()
    assert not app.exception, (path, app.exception)
    assert app.title, path
found = {TRAINING_LIBRARIES!r} & set(sys.modules)
assert not found, found
"""
    done = subprocess.run(
        [sys.executable, "-c", visit], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("module", sorted(APP_MODULES))
def test_a_module_can_be_read_in_one_sitting(module):
    path = APP_MODULES[module]
    is_view = path.relative_to(ROOT).as_posix() in {page.path for page in PAGES.values()}
    limit = 60 if module == "app" else 100 if is_view else 400
    assert len(path.read_text().splitlines()) <= limit


@pytest.mark.parametrize("module", sorted(APP_MODULES))
def test_a_module_is_named_after_what_it_holds(module):
    empty_words = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
    assert not empty_words & set(module.split("."))


def test_sizes_are_watched_where_what_follows_waits_for_the_next_frame():
    watching = [p for p in ROOT.glob("pages/**/*.js") if "new ResizeObserver" in p.read_text()]
    assert [path.name for path in watching] == ["sync.js"]


def test_the_top_level_shows_what_it_should_and_nothing_else():
    built = {"test-results", "__pycache__", "LICENSE"}
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert shown - built == VISIBLE


def test_every_page_file_is_offered_and_lies_in_a_section():
    files = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.glob("pages/*/*.py")
        if "components" not in path.parts
    }
    offered = [page.path for page in PAGES.values()]
    assert sorted(offered) == sorted(files)
    # A page directly in pages/ is run without app.py when it is the first one visited.
    assert all(len(Path(path).parts) == 3 for path in files)


def test_the_readme_lists_the_pages_as_the_app_does():
    readme = (ROOT / "README.md").read_text()
    rows = readme.partition("| Page | What it shows |\n|---|---|\n")[2].partition("\n\n")[0]
    expected = []
    for section, pages in SECTIONS.items():
        expected += [f"| **{section}** | |"] if section else []
        expected += [f"| {page.title} | {page.summary} |" for page in pages]
    assert rows.splitlines() == expected


# ----------------------------------------------------------------------------- configuration


def test_the_readme_names_every_benchmark():
    readme = (ROOT / "README.md").read_text()
    commands = {
        path.name
        for path in (ROOT / "benchmarks").glob("*.py")
        if "__main__" in path.read_text() and "ArgumentParser" in path.read_text()
    }
    told = set(re.findall(r"benchmarks/(\w+\.py)", readme))
    assert told == commands


def test_no_file_holds_both_sides_of_a_merge():
    suffixes = {".py", ".js", ".css", ".md", ".toml", ".yaml", ".txt", ".caddy"}
    torn = [
        path.relative_to(ROOT)
        for path in ROOT.rglob("*")
        if path.suffix in suffixes
        and not {".venv", ".git"} & set(path.relative_to(ROOT).parts)
        and re.search(rb"^(<{7}|>{7}) ", path.read_bytes(), re.MULTILINE)
    ]
    assert torn == []


def test_figures_and_the_themes_share_one_palette():
    assert CONFIG["theme"]["light"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert CONFIG["theme"]["dark"]["chartCategoricalColors"] == list(CATEGORICAL_DARK)


def test_both_palettes_are_long_enough_for_plotly_to_take_them():
    light, dark = (CONFIG["theme"][mode]["chartCategoricalColors"] for mode in ("light", "dark"))
    assert len(light) == len(dark) >= 10
    assert len(set(light)) == len(light)
    # Of the others a text may have the colour of its bars there.
    assert len(set(dark[: len(CURVES)])) == len(CURVES)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_chart_colours_stand_out_from_their_ground(mode):
    theme = CONFIG["theme"][mode]
    ground = theme["backgroundColor"]
    assert _contrast(theme["textColor"], ground) >= 7
    assert _contrast(theme["primaryColor"], ground) >= 4.5
    # WCAG 2.2, 1.4.11: graphical objects.
    assert min(_contrast(colour, ground) for colour in theme["chartCategoricalColors"]) >= 3


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("browser.gatherUsageStats", False),
        ("client.toolbarMode", "minimal"),
        ("client.showErrorDetails", "none"),
        ("runner.postScriptGC", False),
        ("server.address", "127.0.0.1"),
        ("server.enableXsrfProtection", True),
        ("server.fileWatcherType", "none"),
    ],
)
def test_the_app_starts_private_quiet_and_fast(setting, value):
    section, name = setting.split(".")
    assert CONFIG[section][name] == value


def test_the_server_answers_to_this_machine_and_takes_only_what_it_can_read():
    assert {"localhost", "127.0.0.1"} <= set(CONFIG["server"]["allowedHosts"])
    assert "*" not in CONFIG["server"]["allowedHosts"]
    assert CONFIG["server"]["maxUploadSize"] << 20 == MOST_BYTES


def test_no_rule_of_the_linter_is_broken():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--quiet", "."],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_no_type_is_wrong():
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_requirement_is_pinned_exactly():
    for folder in ("", "tests", "benchmarks"):
        lines = (ROOT / folder / "requirements.txt").read_text().splitlines()
        needed = [line for line in lines if line and not line.startswith("#")]
        if folder:
            assert needed.pop(0) == "-r ../requirements.txt"
        assert needed
        assert [line for line in needed if "==" not in line] == []


def _contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two #rrggbb colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
