"""Which curves are one group: repeated with other seeds, or alike in a setting or a tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from explorer.runs.run import CurveRow

MOST_COLOURS = 10
"""Groups that can be told apart by colour alone."""
_UNTELLING = frozenset({"Seed", "Formula", "Versions", "Commit", "Threads"})


def group_by_seed(rows: Sequence[CurveRow]) -> list[tuple[int, ...]]:
    """Put together the curves that differ only by seed.

    Curves of one group share every setting but seed and name, the data's md5 and the kind of
    device. A curve made elsewhere stays alone, because its settings are not known, and so does one
    that shares its seed too with another: a repetition tells nothing of the spread.

    Returns:
        The places of each group's curves, in the order of the groups' first curves.
    """
    found: list[tuple[int, ...]] = []
    for places in _alike(map(_experiment, rows)):
        seeds = {row.config.seed for place in places if (row := rows[place]).config}
        found += [places] if len(seeds) == len(places) else [(place,) for place in places]
    return sorted(found)


def _experiment(row: CurveRow) -> object:
    if row.config is None:
        return row.id
    where = row.environment
    return (
        replace(row.config, seed=0, name="", dataset="auto", device="auto"),
        (where.data_md5, where.device_kind) if where else (row.config.dataset, row.config.device),
    )


def group_by_value(values: Sequence[str | None]) -> list[tuple[int, ...]]:
    """Put together the curves that share a value; those that have none stay alone.

    Args:
        values: One per curve.

    Returns:
        The places of each group's curves, in the order of the groups' first curves.
    """
    return _alike(place if value is None else value for place, value in enumerate(values))


def _alike(keys: Iterable[object]) -> list[tuple[int, ...]]:
    groups: dict[object, list[int]] = {}
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    return [tuple(places) for places in groups.values()]


def telling_groups(
    settings: Sequence[Mapping[str, str]], runs: Sequence[str]
) -> tuple[str, list[str]]:
    """Return by what many curves can be told apart by colour: a setting, else their runs.

    Args:
        settings: Of each curve, by name, in words.
        runs: What the run of each curve is called.

    Returns:
        The setting's name, "Run", or "" where neither has 2 to MOST_COLOURS values; and the value
        of each curve, "" where it has none.
    """
    names = dict.fromkeys(name for own in settings for name in own if name not in _UNTELLING)
    for name in names:
        values = [own.get(name, "") for own in settings]
        if 2 <= len(set(values)) <= MOST_COLOURS:
            return name, values
    if 2 <= len(set(runs)) <= MOST_COLOURS:
        return "Run", list(runs)
    return "", [""] * len(settings)
