"""Every figure draws whatever it can be asked for: NaN, ±∞, 0, the smallest, the largest, none.

In all of them a colour has its one meaning.
"""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import explorer.figures
from explorer.core.coding import code_words, word_lengths
from explorer.core.comparison import compare
from explorer.core.descent import descend_binary, descend_multiclass
from explorer.core.gibbs import gibbs_gaps
from explorer.core.information import entropy, self_information
from explorer.core.loss_readings import BINARY, MULTICLASS, multiclass_readings
from explorer.core.precision import PRECISIONS
from explorer.core.prediction_table import judge
from explorer.core.random_logits import random_losses
from explorer.core.scoring import RULES, crowd_score
from explorer.core.skip_gram import skip_gram_gradients
from explorer.core.stability import read_gap
from explorer.core.stability_limits import HIGHEST_GAP
from explorer.core.three_forms import three_forms
from explorer.figures import (
    binary_losses,
    coding,
    comparison,
    descent,
    divergence,
    forecasting,
    gibbs,
    information,
    losses,
    recognition,
    skip_gram,
    stability,
    sweep,
    training,
)
from explorer.figures import (
    self_information as surprise,
)
from explorer.figures import (
    three_forms as forms,
)
from explorer.figures.comparison import ComparedLine, Look
from explorer.jobs.sweep_scheduler import Cell
from explorer.runs.axes import AXES
from explorer.runs.config import LOSS_LABELS, TrainingConfig
from explorer.runs.group_means import BANDS
from explorer.runs.meaning import SPLITS, WHATS, Meaning, meanings_of
from explorer.runs.metric_panels import ComparedCurve, panels_of
from explorer.runs.series import CurveData
from explorer.runs.summary import CurveSummary
from explorer.runs.sweep_grid import SweepGrid
from explorer.runs.sweep_results import QUANTITIES, table
from tests.core.strategies import BASES
from tests.exchange.sample_curves import imported_curves, make_evaluation, make_row
from tests.figures.checking import coloured_by_meaning, drawable
from tests.runs.sample_records import grid_of, recorded

LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324
SPECIAL = [
    0.0, -0.0, 1.0, 2.302585, -1.0, 0.5, math.nan, math.inf, -math.inf, 1e300, -1e300, SMALLEST,
    -SMALLEST, 2.2250738585072014e-308, LARGEST, -LARGEST,
]  # fmt: skip
ANY = st.sampled_from(SPECIAL) | st.floats()
MEANINGS = st.builds(Meaning, st.sampled_from(list(SPLITS)), st.sampled_from(list(WHATS)))


@st.composite
def columns(draw: st.DrawFn, count: int) -> np.ndarray:
    """What a run can hold at this many steps: anything, or all equal."""
    if draw(st.booleans()):
        return np.full(count, draw(ANY))
    few = draw(st.lists(ANY, min_size=1, max_size=12))
    return np.resize(np.array(few), count)


@st.composite
def records(draw: st.DrawFn, loss: str = "cross_entropy") -> CurveData:
    """A curve's records, from none at all to more than a screen can show."""
    count = draw(st.sampled_from([0, 1, 2, 3, 7, 40, 2_500]))
    layers = draw(st.integers(0, 4))
    norms = draw(st.sampled_from([0, 1, 3, 1_200])) if layers else 0
    steps = np.arange(count, dtype=np.int64) * draw(st.sampled_from([1, 10**9]))
    evaluations = []
    for step in sorted(draw(st.lists(st.integers(0, 2_500), max_size=5))):
        known = draw(st.sets(st.sampled_from(list(LOSS_LABELS))))
        evaluations.append(
            make_evaluation(
                step,
                full=draw(st.booleans()),
                losses={loss: draw(ANY) for loss in known},
                accuracy=draw(ANY),
                epoch=draw(st.floats(0, 1e6) | st.just(math.nan)),
                examples=draw(st.sampled_from([0, 1000])),
            )
        )
    rates = draw(st.lists(st.integers(1, 2_500), max_size=2))
    return recorded(
        steps=steps,
        examples_seen=steps * draw(st.sampled_from([0, 200])),
        losses=draw(columns(count)),
        seconds=steps * draw(st.sampled_from([0.0, 1e-3, math.nan])),
        norm_steps=np.arange(norms, dtype=np.int64),
        gradient_norms=draw(columns(norms * layers)).reshape(norms, layers),
        dead_fractions=draw(columns(norms * max(0, layers - 1))).reshape(norms, layers - 1)
        if norms
        else (),
        evaluations=evaluations,
        diverged_at=draw(st.none() | st.integers(1, 2_500)),
        learning_rates={step: draw(st.floats(1e-9, 1e6)) for step in rates},
        loss=loss,
    )


@st.composite
def lines(draw: st.DrawFn) -> list[ComparedLine]:
    """Lines of a comparison, of this app and from files, some the mean of several curves."""

    def compared() -> ComparedCurve:
        if draw(st.booleans()):
            data = draw(imported_curves()).data
        else:
            loss = draw(st.sampled_from(["", *LOSS_LABELS]))
            data = draw(records(loss or "loss"))
        said = {name: draw(MEANINGS) for name in data.series if draw(st.booleans())}
        began = draw(st.sampled_from([None, 1.7e9]))
        diverged = draw(st.none() | st.integers(1, 2_500))
        return ComparedCurve(data, meanings_of(data, said), began, diverged_at=diverged)

    return [
        ComparedLine(
            f"line <{place}>", place, tuple(compared() for _ in range(draw(st.integers(1, 3))))
        )
        for place in range(draw(st.integers(0, 3)))
    ]


SCALES = st.sampled_from(["log", "linear"])
WEIGHTS = st.sampled_from([0.0, 0.9, 0.98, 0.995])
SPANS = st.sampled_from([None, (0.5, 3.5), (-1e14, 1e14), (1e9, 1e9 + 1e-3)])


RACED = [TrainingConfig(loss=loss) for loss in LOSS_LABELS]


@st.composite
def races(
    draw: st.DrawFn,
) -> tuple[list[str], list[CurveData], list[training.LineStyle]]:
    curves = draw(st.lists(records(), min_size=1, max_size=3))
    lines = training.race_lines([draw(st.sampled_from(RACED)) for _ in curves])
    return [f"curve <{place}>" for place in range(len(curves))], curves, lines


@st.composite
def distributions(draw: st.DrawFn, size: int | None = None) -> np.ndarray:
    """Distributions with impossible and all but impossible outcomes."""
    count = size or draw(st.integers(1, 12))
    weight = st.sampled_from([0.0, SMALLEST, 1e-300, 1e-12, 0.5, 1.0])
    weights = np.array(draw(st.lists(weight, min_size=count, max_size=count)))
    if not weights.any() or weights.sum() < 1e-3:
        weights[draw(st.integers(0, count - 1))] = 1.0
    return weights / weights.sum()


@st.composite
def names_for(draw: st.DrawFn, count: int) -> list[str]:
    name = st.sampled_from(["a", "", "<b>", "a name that is rather long for a bar"])
    return draw(st.lists(name, min_size=count, max_size=count))


@st.composite
def named(draw: st.DrawFn, size: int | None = None) -> tuple[np.ndarray, list[str]]:
    p = draw(distributions(size))
    return p, draw(names_for(p.size))


LOGITS = st.sampled_from([*(one for one in SPECIAL if math.isfinite(one)), 800.0]) | st.floats(
    allow_nan=False, allow_infinity=False
)


@st.composite
def scores(draw: st.DrawFn) -> np.ndarray:
    count = draw(st.integers(2, 8))
    return np.array(draw(st.lists(LOGITS, min_size=count, max_size=count)))


RATES = st.sampled_from([1e-12, 0.1, 1.0, 1e3, 1e200])


@st.composite
def binary_descents(draw: st.DrawFn) -> tuple[descent.Race, int]:
    y, start = draw(st.integers(0, 1)), draw(LOGITS)
    rate, steps = draw(RATES), draw(st.sampled_from([0, 1, 30, 900]))
    return {name: descend_binary(start, y, name, rate, steps) for name in BINARY}, y


@st.composite
def class_descents(draw: st.DrawFn) -> tuple[descent.Race, np.ndarray]:
    start = draw(scores())
    p, rate = draw(distributions(start.size)), draw(RATES)
    steps = draw(st.sampled_from([0, 1, 30, 450]))
    soft = [name for name in MULTICLASS if "hinge" not in name and "margin" not in name]
    return {name: descend_multiclass(start, p, name, rate, steps) for name in soft}, p


@st.composite
def sweeps(draw: st.DrawFn) -> tuple[SweepGrid, list[Cell], str, str, str]:
    """A grid, what became of its cells, and what is asked of them."""
    base = TrainingConfig(dataset="digits", device="cpu")
    grid = grid_of(
        base,
        loss=tuple(LOSS_LABELS)[: draw(st.integers(1, 3))],
        learning_rate=(0.5, 0.1)[: draw(st.integers(1, 2))],
        seed=tuple(range(draw(st.integers(1, 3)))),
    )
    states = st.sampled_from(["finished", "diverged", "failed", "queued", "missing"])
    steps = st.none() | st.integers(0, 2**53)
    cells = []
    for index, config in enumerate(grid.cells()):
        summary = CurveSummary(
            final_accuracy=draw(st.none() | ANY),
            best_accuracy=draw(st.none() | ANY),
            final_cross_entropy=draw(st.none() | ANY),
            steps_to_90=draw(steps),
            steps_to_95=draw(steps),
            steps_to_97=draw(steps),
        )
        row = make_row(summary=summary)
        cells.append(Cell(index, config, draw(states), draw(st.sampled_from([row, None]))))
    x, y = draw(st.permutations(["loss", "learning_rate", "seed"]))[:2]
    return grid, cells, x, y, draw(st.sampled_from(list(QUANTITIES)))


@st.composite
def pairs(draw: st.DrawFn, base: float = 2.0) -> tuple[object, list[str]]:
    p, names = draw(named())
    return compare(p, draw(distributions(p.size)), base=base), names


@st.composite
def batches(draw: st.DrawFn) -> tuple[np.ndarray, list[int], list[str]]:
    rows, classes = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    logits = draw(npst.arrays(np.float64, (rows, classes), elements=LOGITS))
    targets = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
    return logits, targets, draw(names_for(classes))


@st.composite
def vocabularies(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, list[str], int]:
    words = draw(st.integers(2, 5))
    entry = st.sampled_from([0.0, SMALLEST, 1.0, -1e3, 1e150, -1e150]) | st.floats(-1e3, 1e3)
    vectors = draw(npst.arrays(np.float64, (words + 1, 2), elements=entry))
    return vectors[1:], vectors[0], draw(names_for(words)), draw(st.integers(0, words - 1))


# Here a colour tells curves apart, or how much of something there is.
BY_CURVE = {
    f"explorer.figures.{module}" for module in ("comparison", "training", "recognition", "sweep")
}
Draw = Callable[[st.DrawFn], Iterator[go.Figure]]
CASES: dict[Callable[..., go.Figure], Draw] = {}
"""By a figure's function: what draws it from anything that it can be asked for."""


def draws(*functions: Callable[..., go.Figure]) -> Callable[[Draw], Draw]:
    def keep(case: Draw) -> Draw:
        CASES.update(dict.fromkeys(functions, case))
        return case

    return keep


@draws(comparison.metric_panels)
def _metric_panels(draw):
    drawn = draw(lines())
    known = list(panels_of([curve for one in drawn for curve in one.curves]))
    keys = draw(st.lists(st.sampled_from([*known, "none"]), max_size=3, unique=True))
    ends = st.sampled_from([(0.0, 1.0), (1e-300, 1e300), (-5.0, 5.0)])
    look = Look(
        axis=draw(st.sampled_from(list(AXES))),
        x_scale=draw(SCALES),
        scale=draw(SCALES),
        weight=draw(st.none() | WEIGHTS),
        band=draw(st.sampled_from(list(BANDS))),
        span=draw(SPANS),
        scales={key: draw(SCALES) for key in keys if draw(st.booleans())},
        ranges={key: draw(ends) for key in keys if draw(st.booleans())},
    )
    comparison.results(drawn, keys, look, dict.fromkeys(keys, 0.5))
    yield comparison.metric_panels(drawn, keys, look)


@draws(training.training_loss)
def _training_loss(draw):
    labels, curves, lines = draw(races())
    configs = [draw(st.sampled_from(RACED)) for _ in labels]
    yield training.training_loss(
        configs, labels, curves, lines=lines, scale=draw(SCALES), weight=draw(WEIGHTS)
    )


@draws(
    training.accuracy_by_step,
    training.accuracy_to_come,
    training.loss_by_step,
    training.on_stage,
)
def _on_test_images(draw):
    labels, curves, lines = draw(races())
    loss = draw(st.sampled_from(list(LOSS_LABELS)))
    yield training.accuracy_by_step(labels, curves, lines=lines, zoomed=draw(st.booleans()))
    yield training.accuracy_to_come(labels, lines)
    figure = training.loss_by_step(labels, curves, lines=lines, loss=loss, scale=draw(SCALES))
    yield training.on_stage(figure, last_step=10)


@draws(training.gradient_norms, training.dead_units, training.whole_gradient_norms)
def _layers(draw):
    labels, curves, lines = draw(races())
    yield training.whole_gradient_norms(labels, curves, lines=lines)
    yield training.gradient_norms(labels, curves, lines=lines)
    yield training.dead_units(labels, curves, lines=lines)


@draws(recognition.digit_probabilities)
def _digit_probabilities(draw):
    output = st.none() | npst.arrays(np.float64, 10, elements=ANY)
    outputs = draw(st.lists(output, max_size=8))
    labels = [f"network <{place}>" for place in range(len(outputs))]
    target = draw(st.none() | st.integers(0, 9))
    yield recognition.digit_probabilities(
        target, labels, outputs, colours=["#000000"] * len(labels)
    )


@draws(sweep.heat_map, sweep.parallel_coordinates)
def _sweep(draw):
    grid, cells, x, y, quantity = draw(sweeps())
    yield sweep.heat_map(grid, table(grid, cells, x, y, quantity), quantity)
    yield sweep.parallel_coordinates(grid, cells, quantity)


@draws(information.entropy_by_outcome)
def _entropy(draw):
    yield information.entropy_by_outcome(*draw(named()), base=draw(BASES))


@draws(information.binary_entropy_curve)
def _binary_entropy(draw):
    p, names = draw(named(2))
    yield information.binary_entropy_curve(p, names[0], base=draw(BASES))


@draws(information.entropy_on_simplex)
def _simplex(draw):
    yield information.entropy_on_simplex(*draw(named(3)), base=draw(BASES))


@draws(surprise.surprise_curve)
def _surprise(draw):
    yield surprise.surprise_curve(draw(distributions())[0], base=draw(BASES))


@draws(surprise.running_information)
def _running(draw):
    p, base = draw(distributions()), draw(BASES)
    events = draw(st.lists(st.integers(0, p.size - 1), max_size=80))
    totals = np.cumsum(self_information(p, base=base)[events])
    yield surprise.running_information(totals, float(entropy(p, base=base)), base=base)


@draws(divergence.decomposition, divergence.kl_terms_by_outcome)
def _pair(draw):
    pair, names = draw(pairs(draw(BASES)))
    yield divergence.decomposition(pair)
    yield divergence.kl_terms_by_outcome(pair, names)


@draws(divergence.edit_history)
def _history(draw):
    found = draw(st.lists(pairs(), min_size=1, max_size=30))
    yield divergence.edit_history([pair for pair, _ in found])


@draws(gibbs.logarithm_below_its_tangent, gibbs.shares_by_outcome)
def _gibbs(draw):
    p, names = draw(named())
    found = gibbs_gaps(p, draw(distributions(p.size)))
    yield gibbs.logarithm_below_its_tangent(found, names)
    yield gibbs.shares_by_outcome(found, names)


@draws(coding.code_tree)
def _tree(draw):
    yield coding.code_tree(*draw(named()), draw(st.sampled_from("pq")))


@draws(coding.average_lengths)
def _lengths(draw):
    p = draw(distributions())
    q = draw(distributions(p.size))
    events = np.array(draw(st.lists(st.integers(0, p.size - 1), min_size=1, max_size=400)))
    codes = coding.codes_of(p, q, *(word_lengths(code_words(one)) for one in (p, q)))
    yield coding.average_lengths(compare(p, q), events, codes)


@draws(binary_losses.binary_losses, binary_losses.binary_derivatives)
def _binary_losses(draw):
    z, y = draw(LOGITS), draw(st.integers(0, 1))
    yield binary_losses.binary_losses(z, y)
    yield binary_losses.binary_derivatives(z, y)


@draws(descent.paths_on_curves, descent.probability_race, descent.loss_race)
def _descent(draw):
    race, y = draw(binary_descents())
    step = draw(st.integers(0, 1000))
    yield descent.paths_on_curves(race, y, step)
    yield descent.probability_race(race, y, step)
    yield descent.loss_race(race, step)


@draws(descent.divergence_race)
def _class_descent(draw):
    race, p = draw(class_descents())
    step = draw(st.integers(0, 1000))
    yield descent.divergence_race(race, p, step)
    yield descent.probability_race(race, 0, step)
    yield descent.loss_race(race, step)


@draws(losses.class_gradients, losses.pulls)
def _gradients(draw):
    z = draw(scores())
    p, names = draw(distributions(z.size)), draw(names_for(z.size))
    readings = multiclass_readings(z, p)
    yield losses.class_gradients(readings, names)
    yield losses.pulls(readings, names, p)


@draws(losses.target_and_model)
def _targets(draw):
    p, names = draw(named())
    yield losses.target_and_model(p, draw(distributions(p.size)), names)


@draws(losses.jacobian_map)
def _jacobian(draw):
    z = draw(scores())
    yield losses.jacobian_map(z, draw(names_for(z.size)))


@draws(losses.row_gradient_norms)
def _table(draw):
    rows, classes = draw(st.integers(1, 5)), draw(st.integers(2, 5))
    right = draw(st.lists(st.integers(0, classes - 1), min_size=rows, max_size=rows))
    models = [[draw(distributions(classes)) for _ in range(rows)] for _ in range(2)]
    yield losses.row_gradient_norms([judge(np.array(model), right) for model in models])


@draws(
    forecasting.forecast_histogram,
    forecasting.mean_of_room,
    forecasting.crowd_scores,
    forecasting.honest_or_bold,
)
def _forecasts(draw):
    count = draw(st.integers(2, 10))
    people = np.array([draw(distributions(count)) for _ in range(draw(st.integers(1, 4)))])
    names, outcome = draw(names_for(count)), draw(st.integers(0, count - 1))
    yield forecasting.forecast_histogram(people[:0], names)
    yield forecasting.forecast_histogram(people, names, outcome)
    yield forecasting.mean_of_room(people, names)
    yield forecasting.mean_of_room(people, names, outcome, tuple(people[0]))
    crowd = {rule: crowd_score(outcome, people, rule) for rule in RULES}
    yield forecasting.crowd_scores(crowd)
    yield forecasting.honest_or_bold(crowd, dict.fromkeys(RULES, math.inf))


@draws(forecasting.expected_by_report)
def _reports(draw):
    yield forecasting.expected_by_report(draw(st.floats(0, 1)))


@draws(forecasting.running_scores)
def _games(draw):
    bits = draw(st.lists(st.floats(0, 1074) | st.just(math.inf), max_size=12))
    yield forecasting.running_scores(bits, bits[::-1])


@draws(forms.probabilities, forms.form_gradients)
def _forms(draw):
    z = draw(scores())
    labels = draw(npst.arrays(np.int64, z.size, elements=st.integers(0, 1)))
    node = draw(st.integers(0, z.size - 1))
    found, names = three_forms(z, labels, node), draw(names_for(z.size))
    yield forms.probabilities(found, labels, names)
    yield forms.form_gradients(found, node, names)


@draws(forms.column_losses, forms.batch_gradients)
def _columns(draw):
    logits, targets, names = draw(batches())
    yield forms.column_losses(logits, targets)
    yield forms.batch_gradients(logits, targets, names)


@draws(skip_gram.word_vectors, skip_gram.neighbour_probabilities)
def _vectors(draw):
    u, v, names, context = draw(vocabularies())
    gradients = skip_gram_gradients(u, v, context)
    yield skip_gram.word_vectors(u, v, gradients, names, "<centre>", context)
    yield skip_gram.neighbour_probabilities(u, v, names, context)


@draws(stability.gap_errors)
def _gaps(draw):
    precision, right = draw(st.sampled_from(list(PRECISIONS))), draw(st.booleans())
    gap = draw(st.sampled_from([0.0, 1e-40, 11.1, 88.73, 103.9, HIGHEST_GAP]))
    yield stability.gap_errors(precision, read_gap(gap, precision, right=right), right=right)


@draws(stability.random_loss_histogram)
def _histogram(draw):
    precision, draws = draw(st.sampled_from(list(PRECISIONS))), draw(st.sampled_from([1, 50]))
    found = random_losses(draw(st.sampled_from([1, 784])), 10, draws, 0, precision)
    yield stability.random_loss_histogram(found, precision, 82.4905)


def _figure_functions() -> set[Callable[..., go.Figure]]:
    """Return every public function of the package that returns a figure."""
    found = set()
    for module in pkgutil.iter_modules(explorer.figures.__path__):
        loaded = importlib.import_module(f"explorer.figures.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            is_own = function.__module__ == loaded.__name__ and not name.startswith("_")
            if is_own and function.__annotations__.get("return") == "go.Figure":
                found.add(function)
    return found


def test_every_figure_is_tried():
    # These put together what the others give them.
    parts = {"figure", "grid", "grouped"}
    assert {one.__name__ for one in _figure_functions() - set(CASES)} == parts


@pytest.mark.parametrize("case", dict.fromkeys(CASES.values()), ids=lambda case: case.__name__[1:])
@given(data=st.data())
def test_a_figure_draws_whatever_it_can_be_asked_for(case, data):
    with warnings.catch_warnings():
        # What overflows on the way to the screen would be drawn as something else.
        warnings.simplefilter("error", RuntimeWarning)
        for figure in case(data.draw):
            drawable(figure)
            if not BY_CURVE & {one.__module__ for one, drawn in CASES.items() if drawn is case}:
                coloured_by_meaning(figure)
