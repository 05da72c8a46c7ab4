"""What a reader of each file in `cases/` should get, as `curve_cases.txt` tells it.

Below the name of a file stands each of its curves, by what its steps count, and below a curve each
of its series: how many measurements it has, its first and last step, and its first and last
value; then its clocks by their first and last value, its settings, and units. Notes and a refusal
are told by how they begin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_SERIES = re.compile(r"(.+): (\d+) from (\d+) to (\d+), (\S+) to (\S+)")


@dataclass(frozen=True)
class Curve:
    """One curve as it should be read."""

    label: str
    x: str
    series: dict[str, tuple[int, int, int, float, float]] = field(default_factory=dict)
    clocks: dict[str, tuple[float, float]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)


@dataclass
class Case:
    """A file as it should be read or refused."""

    curves: list[Curve] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""


def cases() -> dict[str, Case]:
    """Return every file below `cases/` with its right reading."""
    found: dict[str, Case] = {}
    case = Case()
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        kind, _, told = text.partition(": ")
        if depth == 0:
            case = found[text] = Case()
        elif depth == 8:
            _add(case.curves[-1], text)
        elif kind == "note":
            case.notes.append(told)
        elif kind == "refused":
            case.refusal = told
        else:
            label, _, x = text.rpartition(" by ")
            case.curves.append(Curve(label, x))
    return found


def _add(curve: Curve, text: str) -> None:
    kind, _, rest = text.partition(" ")
    name, _, told = rest.partition(": ")
    if found := _SERIES.fullmatch(text):
        count, begin, end = map(int, found.group(2, 3, 4))
        curve.series[found[1]] = count, begin, end, float(found[5]), float(found[6])
    elif kind == "clock":
        first, _, last = told.partition(" to ")
        curve.clocks[name] = float(first), float(last)
    else:
        {"setting": curve.settings, "unit": curve.units}[kind][name] = told
