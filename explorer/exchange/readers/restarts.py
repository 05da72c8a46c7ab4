"""Steps that do not rise: unsorted rows, trainings that were resumed, counts begun anew."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.exchange.errors import quoted
from explorer.exchange.readers.found import Notes, counted, times
from explorer.runs.series import LARGEST_STEP

Rows = NDArray[np.intp]
Floats = NDArray[np.float64]

_MOST_RESTARTS = 10_000
_SHORT_PIECE = 4
"""Rows of a piece that rises: where they are fewer on average, nobody resumed so often."""


def settle(
    x: Floats,
    series: Sequence[Rows],
    epoch: Floats | None,
    name: str,
    notes: Notes,
    restarts: Sequence[tuple[int, float]] = (),
) -> tuple[Floats, list[Rows]]:
    """Say which measurements count, and where.

    A training that is resumed writes steps again that it had written before: the later ones
    count, and what was measured after the step of the resume is dropped, also where it is not
    measured again. Steps that begin anew in every epoch are counted on.

    Args:
        x: By row, in the order of the file.
        series: For each series the rows where it was measured, rising.
        epoch: By row, NaN where unknown; None if there is none.
        name: What x is called.
        restarts: Rows and steps where the file itself says that the training was resumed.

    Returns:
        x by row, counted on where a count began anew; and for each series the rows that count, in
        the order of the file.
    """
    kept = list(series)
    for row, step in restarts:
        kept = [rows[(rows >= row) | (x[rows] < step)] for rows in kept]
    dropped = sum(rows.size for rows in series) - sum(rows.size for rows in kept)
    falls = [_falls(x, rows) for rows in kept]
    leading = max(range(len(kept)), key=lambda k: len(falls[k]), default=0)
    if not kept or not len(falls[leading]):
        if dropped:
            _note_resume(restarts[0][1], len(restarts), dropped, name, notes)
        return x, kept
    lead, fall = kept[leading], falls[leading]
    pieces = np.split(lead, np.searchsorted(lead, fall[:, 1]))
    if counted := _counted_on(x, pieces, epoch, kept):
        counts, period = counted
        notes.add(
            f"{quoted(name)} begins anew {times(len(pieces) - 1)}: it is counted on, "
            f"{period:,.10g} for each."
        )
        return counts, kept
    if _is_unsorted(x, pieces) or len(fall) > _MOST_RESTARTS:
        notes.add(f"The rows are not in the order of {quoted(name)}, and are sorted.")
        return x, kept
    cuts = _cuts([one for one in falls if len(one)])
    kept, more = _without_tails(x, kept, cuts)
    first = min(float(x[cut]) for cut in cuts)
    _note_resume(first, len(cuts) + len(restarts), dropped + more, name, notes)
    return x, kept


def _note_resume(first: float, often: int, dropped: int, name: str, notes: Notes) -> None:
    place = "at" if often == 1 else "the first time at"
    notes.add(
        f"The training was resumed {times(often)}, {place} {quoted(name)} {first:,.10g}: the later "
        f"values count, and {counted(dropped, 'earlier one is', 'earlier ones are')} dropped."
    )


def _falls(x: Floats, rows: Rows) -> NDArray[np.intp]:
    """Return [k, 2], the rows before and after each place where a series goes back."""
    at = x[rows]
    places = np.flatnonzero(at[1:] < at[:-1])
    return np.stack([rows[places], rows[places + 1]], axis=1)


def _counted_on(
    x: Floats, pieces: Sequence[Rows], epoch: Floats | None, series: Sequence[Rows]
) -> tuple[Floats, float] | None:
    """Count on where a count begins anew in every epoch; None where it does not."""
    starts = np.array([x[piece[0]] for piece in pieces])
    ends = np.array([x[piece[-1]] for piece in pieces])
    gaps = np.concatenate([np.diff(x[piece]) for piece in pieces])
    gaps = gaps[gaps > 0]
    gap = float(np.median(gaps)) if gaps.size else 1.0
    period = float(ends.max() - starts.min()) + gap
    if epoch is not None:
        at = np.array([epoch[piece[0]] for piece in pieces])
        before = np.array([epoch[piece[-1]] for piece in pieces])
        if not np.all(at[1:] > before[:-1]):
            return None
        known = np.floor(_filled(epoch))
        begun = (known - known[0]) * period
        closing = np.flatnonzero(np.append(np.diff(known) > 0, True))
        counts = x + begun
        for rows in series:
            # What is measured once an epoch counts its own batches, and belongs to the end.
            if np.all(np.diff(known[rows]) > 0) and (rows.size > 1 or np.isin(rows, closing).any()):
                counts[rows] = begun[rows] + ends.max()
        return (counts, period) if np.nanmax(counts) <= LARGEST_STEP else None
    is_alike = np.all(starts == starts[0]) and np.all(ends[1:-1] == ends[0])
    if len(pieces) < 3 or not is_alike or ends[-1] > ends[0]:
        return None
    begun = np.array([piece[0] for piece in pieces[1:]])
    counts = x + np.searchsorted(begun, np.arange(x.size), side="right") * period
    return (counts, period) if np.nanmax(counts) <= LARGEST_STEP else None


def _filled(values: Floats) -> Floats:
    """Fill in what is unknown with what was known last."""
    places = np.where(np.isnan(values), -1, np.arange(values.size))
    places = np.maximum.accumulate(places)
    first = values[~np.isnan(values)][:1]
    return np.where(places < 0, first[0] if first.size else 0.0, values[places])


def _is_unsorted(x: Floats, pieces: Sequence[Rows]) -> bool:
    """Tell rows in disorder from a resume, which writes a stretch of steps again."""
    size = sum(piece.size for piece in pieces)
    lowest = np.array([x[piece[0]] for piece in pieces])
    highest = np.array([x[piece[-1]] for piece in pieces])
    order = np.argsort(lowest, kind="stable")
    if np.all(lowest[order][1:] > highest[order][:-1]):
        return True
    at = x[np.concatenate(pieces)]
    is_repeated = np.unique(at).size < at.size
    if is_repeated:
        return len(pieces) * 2 > size
    return size < _SHORT_PIECE * len(pieces)


def _cuts(falls: Sequence[NDArray[np.intp]]) -> list[int]:
    """Return the fewest rows so that between both sides of each fall there is one of them."""
    every = np.concatenate(falls)
    every = every[np.argsort(every[:, 1], kind="stable")]
    cuts: list[int] = []
    for before, after in every.tolist():
        if not cuts or cuts[-1] <= before:
            cuts.append(after)
    return cuts


def _without_tails(
    x: Floats, series: Sequence[Rows], cuts: Sequence[int]
) -> tuple[list[Rows], int]:
    """Drop of each piece what lies at or above the step at which the next one begins."""
    borders = [0, *cuts, x.size]
    aside = np.zeros(x.size, bool)
    for begin, end in itertools.pairwise(borders):
        piece = x[begin:end]
        aside[begin:end] = piece < np.fmax.accumulate(piece) if piece.size else False
    # From the end: the lowest step at which any later piece begins.
    limit = np.full(x.size, np.inf)
    lowest = np.inf
    for k in range(len(cuts) - 1, -1, -1):
        lowest = min(lowest, float(x[cuts[k]]))
        limit[borders[k] : borders[k + 1]] = lowest
    kept = []
    for rows in series:
        if aside[rows].any():
            # It counts otherwise than the rest, as a validation by epochs: it is its own measure.
            own = _falls(x, rows)
            mine = _without_own_tails(x, rows, own)
        else:
            mine = rows[x[rows] < limit[rows]]
        kept.append(mine)
    return kept, sum(rows.size for rows in series) - sum(rows.size for rows in kept)


def _without_own_tails(x: Floats, rows: Rows, falls: NDArray[np.intp]) -> Rows:
    if not len(falls):
        return rows
    at = x[rows]
    # What is as high as something later was written again.
    later = np.minimum.accumulate(at[::-1])[::-1]
    is_last = np.append(at[:-1] < later[1:], True)
    return rows[is_last]
