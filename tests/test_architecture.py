"""The rules that keep the source readable and the server fast; see README, "Where things are"."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from explorer.figures.palette import CATEGORICAL, CATEGORICAL_DARK
from tests.app_pages import app_pages

ROOT = Path(__file__).resolve().parent.parent
APP_MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "app.py", *ROOT.glob("explorer/**/*.py"), *ROOT.glob("pages/**/*.py"))
}
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())

TRAINING_LIBRARIES = {"torch", "torchvision", "sklearn"}
# What describes runs, and what starts and reads them; the rest of explorer.training trains.
DESCRIPTIONS = {
    f"explorer.training.{name}"
    for name in (
        *("config", "presets", "records", "record_columns", "run_summary", "runs"),
        *("record_axes", "seed_groups", "thinning", "sweep_grid", "sweep_results", "sweeps"),
    )
}
RUN_ACCESS = {
    f"explorer.training.{name}"
    for name in ("run_store", "launcher", "mnist_files", "digit_recognition")
}
# Where pages get what they show.
DOORS = ("explorer.figures", "explorer.core", "explorer.exchange", "explorer.teaching")
VISIBLE = {
    "app.py",
    "pages",
    "explorer",
    "tests",
    "benchmarks",
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


def reachable(start: list[str]) -> set[str]:
    """The modules of the app that importing `start`, and calling anything in it, can import."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imports(module) & APP_MODULES.keys()
    return seen


def test_every_layer_has_modules_to_check():
    for prefix in (
        "app",
        "pages",
        "explorer.core",
        "explorer.figures",
        "explorer.training",
        "explorer.exchange",
    ):
        assert modules_in(prefix), prefix


@pytest.mark.parametrize("module", modules_in("explorer.core"))
def test_core_needs_numpy_and_scipy_special_alone(module):
    foreign = {
        name
        for name in imports(module)
        if top(name) not in sys.stdlib_module_names
        and not is_inside(name, "numpy", "scipy.special", "explorer.core")
    }
    assert not foreign


@pytest.mark.parametrize("module", modules_in("explorer.figures"))
def test_figures_know_plotly_core_and_descriptions_of_runs(module):
    foreign = {
        name
        for name in imports(module)
        if top(name) not in sys.stdlib_module_names
        and not is_inside(name, "numpy", "plotly", "explorer.core", "explorer.figures")
        and name not in DESCRIPTIONS
    }
    assert not foreign


@pytest.mark.parametrize("module", modules_in("explorer.training"))
def test_training_knows_neither_figures_nor_exchange_nor_pages(module):
    later = ("explorer.figures", "explorer.exchange", "pages")
    assert not {name for name in imports(module) if is_inside(name, *later)}


@pytest.mark.parametrize("module", modules_in("explorer.exchange"))
def test_exchange_knows_figures_and_descriptions_of_runs_and_the_formats_it_writes(module):
    formats = ("pyarrow", "google.protobuf", "google_crc32c", "plotly")
    foreign = {
        name
        for name in imports(module)
        if top(name) not in sys.stdlib_module_names
        and not is_inside(name, "numpy", *formats, "explorer.figures", "explorer.exchange")
        and name not in DESCRIPTIONS
    }
    assert not foreign


@pytest.mark.parametrize("module", modules_in("explorer.teaching"))
def test_what_is_taught_needs_core_and_the_writing_of_numbers_alone(module):
    assert not {
        name
        for name in imports(module)
        if top(name) in ("explorer", "pages")
        and not is_inside(name, "explorer.core", "explorer.teaching", "explorer.figures.numbers")
    }


@pytest.mark.parametrize("module", modules_in("explorer"))
def test_nothing_in_explorer_imports_streamlit(module):
    assert "streamlit" not in {top(name) for name in imports(module)}


@pytest.mark.parametrize("module", modules_in("pages"))
def test_pages_use_the_app_through_its_doors(module):
    foreign = {
        name
        for name in imports(module)
        if top(name) in ("pages", "explorer", "app")
        and not is_inside(name, "pages.components", *DOORS)
        and name not in DESCRIPTIONS | RUN_ACCESS
    }
    assert not foreign


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


def test_only_training_imports_the_training_libraries():
    carriers = {name for name in APP_MODULES if TRAINING_LIBRARIES & set(map(top, imports(name)))}
    assert carriers
    assert not {name for name in carriers if not is_inside(name, "explorer.training")}


def test_visiting_every_page_imports_no_training_library():
    visit = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
for path in {[page.path for page in app_pages()]!r}:
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
    is_view = path.is_relative_to(ROOT / "pages") and "components" not in path.parts
    limit = 60 if module == "app" else 100 if is_view else 400
    assert len(path.read_text().splitlines()) <= limit


@pytest.mark.parametrize("module", sorted(APP_MODULES))
def test_a_module_is_named_after_what_it_holds(module):
    empty_words = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
    assert not empty_words & set(module.split("."))


def test_the_top_level_shows_what_it_should_and_nothing_else():
    built = {"test-results", "__pycache__", "LICENSE"}
    shown = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert shown - built == VISIBLE


def test_every_page_file_is_offered_and_lies_in_a_section():
    files = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.glob("pages/**/*.py")
        if "components" not in path.parts and path.name != "__init__.py"
    }
    offered = [page.path for page in app_pages()]
    assert sorted(offered) == sorted(files)
    # A page directly in pages/ is run without app.py when it is the first one visited.
    assert all(len(Path(path).parts) == 3 for path in files)


# ----------------------------------------------------------------------------- configuration


def test_figures_and_the_themes_share_one_palette():
    assert CONFIG["theme"]["light"]["chartCategoricalColors"] == list(CATEGORICAL)
    assert CONFIG["theme"]["dark"]["chartCategoricalColors"] == list(CATEGORICAL_DARK)


def test_both_palettes_are_long_enough_for_plotly_to_take_them():
    light, dark = (CONFIG["theme"][mode]["chartCategoricalColors"] for mode in ("light", "dark"))
    assert len(light) == len(dark) >= 10
    assert len(set(light)) == len(light)
    assert len(set(dark)) == len(dark)


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


def test_the_server_answers_to_this_machine_and_takes_small_uploads():
    assert {"localhost", "127.0.0.1"} <= set(CONFIG["server"]["allowedHosts"])
    assert "*" not in CONFIG["server"]["allowedHosts"]
    assert CONFIG["server"]["maxUploadSize"] <= 20


def test_no_rule_of_the_linter_is_broken():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--quiet", "."],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
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
