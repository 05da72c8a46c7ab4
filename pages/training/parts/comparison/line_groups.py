"""Which curves are one line of a comparison, and in which colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.figures.line_traces import MOST_STYLES
from explorer.runs.config import curve_labels
from explorer.runs.run import CurveRow
from explorer.runs.seed_groups import group_by_seed, group_by_value, telling_groups
from pages.training.parts.comparison.options import ALONE, SEEDS, TAGS


@dataclass(frozen=True, slots=True)
class LineGroup:
    """One line.

    Attributes:
        style: Number of its colour and dash.
        places: Of its curves.
    """

    label: str
    style: int
    places: tuple[int, ...]


def line_groups(
    rows: Sequence[CurveRow],
    labels: Sequence[str],
    settings: Sequence[Mapping[str, str]],
    styles: Mapping[str, int],
    group: str,
) -> tuple[list[LineGroup], str]:
    """Return the lines, and what colour tells apart where there are too many to tell each.

    Args:
        group: ALONE, SEEDS, TAGS or the name of a setting.
    """
    places = _places(rows, settings, group)
    means = _means(rows, settings, places, group)
    lines = [
        LineGroup(means.get(one[0], labels[one[0]]), styles[rows[one[0]].id], one) for one in places
    ]
    names = [line.label for line in lines]
    lines = [
        replace(line, label=f"{line.label} ({rows[line.places[0]].id})")
        if names.count(line.label) > 1
        else line
        for line in lines
    ]
    if len(lines) <= MOST_STYLES:
        return lines, ""
    firsts = [line.places[0] for line in lines]
    told, values = telling_groups(
        [settings[place] for place in firsts],
        [rows[place].run_name or rows[place].run_id for place in firsts],
    )
    colours = {value: number for number, value in enumerate(dict.fromkeys(values))}
    coloured = [
        replace(line, style=colours[value]) for line, value in zip(lines, values, strict=True)
    ]
    return coloured, told or "none"


def _places(
    rows: Sequence[CurveRow], settings: Sequence[Mapping[str, str]], group: str
) -> list[tuple[int, ...]]:
    if group == ALONE:
        return [(place,) for place in range(len(rows))]
    if group == SEEDS:
        return group_by_seed(rows)
    if group == TAGS:
        return group_by_value([", ".join(sorted(row.tags)) or None for row in rows])
    return group_by_value([own.get(group) for own in settings])


def _means(
    rows: Sequence[CurveRow],
    settings: Sequence[Mapping[str, str]],
    places: Sequence[tuple[int, ...]],
    group: str,
) -> dict[int, str]:
    """Return the names of the lines of several curves by the place of their first."""
    several = [one for one in places if len(one) > 1]
    if group == SEEDS:
        heads = [
            replace(row.config, seed=0, name="") for one in several if (row := rows[one[0]]).config
        ]
        named = curve_labels(heads)
        return {
            one[0]: f"{name}, mean of {len(one)} seeds"
            for one, name in zip(several, named, strict=True)
        }

    def told(place: int) -> str:
        tags = ", ".join(sorted(rows[place].tags))
        return f"tagged {tags}" if group == TAGS else f"{group}: {settings[place].get(group, '')}"

    return {one[0]: f"{told(one[0])}, mean of {len(one)}" for one in several}
