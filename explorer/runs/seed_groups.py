"""Which curves are one experiment, repeated with other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.runs.run import CurveRow


def group_by_seed(rows: Sequence[CurveRow]) -> list[tuple[int, ...]]:
    """Put together the curves that differ only by seed.

    Curves of one group share every setting but seed and name, the data's md5 and the kind of
    device. A curve made elsewhere stays alone, because its settings are not known, and so does one
    that shares its seed too with another: a repetition tells nothing of the spread.

    Args:
        rows: The curves.

    Returns:
        The places of each group's curves, in the order of the groups' first curves.
    """
    groups: dict[object, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(_experiment(row), []).append(place)
    found: list[tuple[int, ...]] = []
    for places in groups.values():
        seeds = [row.config.seed for place in places if (row := rows[place]).config]
        if len(set(seeds)) == len(places):
            found.append(tuple(places))
        else:
            found.extend((place,) for place in places)
    return sorted(found)


def _experiment(row: CurveRow) -> object:
    if row.config is None:
        return row.id
    where = row.environment
    return (
        replace(row.config, seed=0, name="", dataset="auto", device="auto"),
        (where.data_md5, where.device_kind) if where else (row.config.dataset, row.config.device),
    )
