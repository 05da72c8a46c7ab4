"""Curves to write out and read back, drawn at random or as a training would make them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from explorer.exchange.exported import ExportedCurve
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.records import Environment
from explorer.runs.run import CurveRow
from explorer.runs.series import X_KINDS, CurveData, FileNotes, Series
from tests.runs.sample_records import Measured, make_info, recorded

ANY = st.floats(allow_nan=True, allow_infinity=True)
FINITE = st.floats(0, 1e9)
# No database keeps a NUL.
NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40
)
# No text file holds other control characters, and nobody calls a run by them.
TEXTS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=40)
TEXTS = TEXTS.map(str.strip).filter(bool)
# As `secrets.token_urlsafe` makes them.
IDS = st.text("aZ09-_", min_size=1, max_size=8)
CLOCKS = ("epoch", "seconds")


def make_row(**changes: object) -> CurveRow:
    """Return a curve of a run that has ended."""
    facts = make_info(dataset="digits", train_images=1437, test_images=360)
    values: dict[str, object] = {
        "run_id": "Ab3_x-9Q",
        "curve": 0,
        "run_name": "A race",
        "num_curves": 1,
        "label": "Cross-entropy",
        "config": TrainingConfig(dataset="digits", device="cpu", epochs=2),
        "status": "finished",
        "created_at": 1_760_000_000.0,
        "started_at": 1_760_000_001.5,
        "ended_at": 1_760_000_009.25,
        "environment": Environment.from_facts(facts.facts_json()),
    }
    return CurveRow(**(values | changes))


def make_evaluation(step: int, *, full: bool = False, **changes: object) -> Measured:
    """Return a measurement, without confusion and softmax unless they are given."""
    values: dict[str, object] = {
        "step": step,
        "epoch": step / 8,
        "full": full,
        "examples": 360,
        "losses": {loss: 0.25 + k for k, loss in enumerate(LOSS_LABELS)},
        "accuracy": 0.875,
    }
    return Measured(**(values | changes))


def make_data(steps: int = 24, *, losses: object = None, **changes: object) -> CurveData:
    """Return everything that a training of 8 steps an epoch records, epochs told at all of them."""
    numbers = np.arange(1, steps + 1)
    norm_steps = numbers[::10]
    generator = np.random.default_rng(steps)
    drawn = 2.3 * np.exp(-numbers / max(1, steps)) + generator.normal(0, 0.01, steps)
    values: dict[str, object] = {
        "steps": numbers,
        "losses": drawn if losses is None else losses,
        "seconds": numbers * 0.001,
        "norm_steps": norm_steps,
        "gradient_norms": generator.random((norm_steps.size, 3)),
        "dead_fractions": generator.random((norm_steps.size, 2)),
        "evaluations": [make_evaluation(0), make_evaluation(8, full=True), make_evaluation(16)],
        "learning_rates": {12: 0.005},
        "steps_per_epoch": 8,
    }
    return recorded(**(values | changes))


def make_curve(
    steps: int = 24, label: str = "Cross-entropy", data: CurveData | None = None, **changes: object
) -> ExportedCurve:
    """Return a curve with everything that can be recorded of it, or with this."""
    return ExportedCurve(make_row(**changes), data or make_data(steps), label)


@st.composite
def imported_data(draw: st.DrawFn) -> CurveData:
    """Draw what a file could tell of a curve, under any names."""

    def measured(values: st.SearchStrategy[float]) -> Series:
        steps = draw(st.sets(st.integers(0, 2**53), min_size=1, max_size=5))
        return Series(np.array(sorted(steps)), [draw(values) for _ in steps])

    def named(names: st.SearchStrategy[str]) -> dict[str, Series]:
        return {name: measured(ANY) for name in draw(st.sets(names, max_size=3))}

    metrics = TEXTS.filter(lambda name: not name.startswith(("event/", "clock/")))
    clocks = {name: measured(FINITE) for name in draw(st.sets(st.sampled_from(CLOCKS)))}
    if draw(st.booleans()):
        clocks["tokens"] = measured(FINITE)
    return CurveData(named(metrics), x=draw(st.sampled_from(X_KINDS)), clocks=clocks)


def imported_curves() -> st.SearchStrategy[ExportedCurve]:
    """Draw a curve that was taken in from a file."""
    return st.builds(
        lambda data, label: ExportedCurve(
            make_row(config=None, environment=None, origin="x.csv"),
            replace(data, file=FileNotes()),
            label,
        ),
        imported_data(),
        TEXTS,
    )


def curves() -> st.SearchStrategy[ExportedCurve]:
    """Draw a curve as the store could hold it, of this app or made elsewhere."""
    return trained_curves() | imported_curves()


@st.composite
def trained_curves(draw: st.DrawFn) -> ExportedCurve:
    """Draw a curve as the trainer could have made it."""
    count = draw(st.integers(0, 6))
    steps = np.array(sorted(draw(st.sets(st.integers(1, 10**9), min_size=count, max_size=count))))
    norm_steps = steps[:: draw(st.integers(1, 3))].astype(np.int64)
    layers = draw(st.integers(1, 4)) if norm_steps.size else 0

    def column(rows: int, elements: st.SearchStrategy[float], *more: int) -> np.ndarray:
        return draw(npst.arrays(np.float64, (rows, *more), elements=elements))

    evaluations = {}
    for _ in range(draw(st.integers(0, 4))):
        full, step = draw(st.booleans()), draw(st.integers(0, 10**9))
        losses = draw(st.dictionaries(st.sampled_from(list(LOSS_LABELS)), ANY, max_size=4))
        accuracy = draw(st.floats(0, 1))
        evaluations[step, not full] = make_evaluation(
            step, full=full, losses=losses, accuracy=accuracy, epoch=draw(FINITE),
            examples=draw(st.integers(1, 10_000)),
        )  # fmt: skip
    rates = draw(st.dictionaries(st.integers(1, 10**6), st.floats(1e-9, 1e6), max_size=2))
    own_loss = draw(st.sampled_from(["", *LOSS_LABELS]))
    data = recorded(
        steps=steps.tolist(),
        examples_seen=steps * draw(st.sampled_from([0, 200])),
        losses=column(count, ANY),
        seconds=column(count, FINITE),
        norm_steps=norm_steps,
        gradient_norms=column(norm_steps.size, ANY, layers) if layers else (),
        dead_fractions=column(norm_steps.size, ANY, layers - 1) if layers else (),
        evaluations=[evaluations[key] for key in sorted(evaluations)],
        diverged_at=draw(st.none() | st.integers(1, 10**6)),
        learning_rates=rates,
        loss=own_loss or "loss",
    )
    row = make_row(
        run_id=draw(IDS),
        config=TrainingConfig(loss=own_loss) if own_loss and draw(st.booleans()) else None,
        foreign_loss=own_loss,
    )
    return ExportedCurve(row, data, draw(TEXTS))
