"""A sweep while it is trained, and what its cells came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.figures import sweep as figures
from explorer.figures.numbers import written
from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.sweep_cells import ACTIVE, DONE, Cell, Sweep
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid
from explorer.runs.sweep_results import QUANTITIES, best_first, table, value_of
from explorer.store.run_store import StoreUnavailable, UnknownSweep
from pages.components.access import access
from pages.components.address.address import link_to
from pages.components.address.parameters import option, staying, text
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.plot.plot import plot
from pages.training.parts.imported_run import run_instead
from pages.training.parts.shipped_runs import say_recorded
from pages.training.parts.store_notice import say_unusable

_BEST = 5
_SHOWN = 20
_HEIGHT, _LEAST_HEIGHT = 270, 240
_QUANTITIES = {quantity.label: key for key, quantity in QUANTITIES.items()}
_MAP, _LINES, _TABLE = "Map", "Every cell", "Table"
_VIEWS = (_MAP, _LINES, _TABLE)
_PROBLEM = "sweep problem"
RESULTS = staying(
    text("run", 64),
    text("sweep", 64),
    option("show", _VIEWS),
    option("by", _QUANTITIES),
    option("columns", DIMENSIONS.values()),
    option("rows", DIMENSIONS.values()),
)
"""What the address holds of a sweep; other pages link to the sweep of a `run`."""


@dataclass(frozen=True)
class SweepOptions:
    """How the results are arranged.

    Attributes:
        view: One of _VIEWS.
        quantity: Key of QUANTITIES.
        x: Dimension along the heat map's columns.
        y: Dimension along its rows.
    """

    view: str
    quantity: str
    x: str
    y: str


def sweep_view(sweep_id: str) -> dict[str, object]:
    """Show a sweep and what steers it; return what the address holds of it.

    Raises:
        StoreUnavailable: The run store cannot be used.
    """
    try:
        sweep, cells = read_sweep(sweep_id)
    except UnknownSweep as error:
        here = "so there is no grid of settings, only curves to compare"
        if not run_instead(sweep_id, here, via=f"sweep-{sweep_id}"):
            st.error(escaped(str(error)))
        return {}
    _steering(sweep, cells)
    options, arranged, right = _arrangement(sweep.grid)
    shown = (sweep.is_open, any(cell.state in ACTIVE for cell in cells))
    with right:
        st.fragment(_watch, run_every=1.0 if any(shown) else None)(sweep_id, shown, options)
    if cells and cells[0].row:
        say_recorded(cells[0].row)
    return {"sweep": sweep_id, **arranged}


def planned_view(grid: SweepGrid) -> dict[str, str]:
    """Show where the results of a grid will stand; return what the address holds of it."""
    options, arranged, right = _arrangement(grid)
    with right:
        _picture(grid, (), options)
    return arranged


def _arrangement(grid: SweepGrid) -> tuple[SweepOptions, dict[str, str], DeltaGenerator]:
    """Show the choices; return them, what the address holds of them, and the place beside them."""
    left, right = st.columns([4, 9], gap="medium")
    # What varies comes first, so that the first picture says something; what does not is offered
    # only where there would be no map without it.
    varied = sorted(grid.varied(), key=lambda name: name != "learning_rate")
    offered = [*varied, *(name for name in DIMENSIONS if name not in varied)][: max(2, len(varied))]
    names = {DIMENSIONS[name]: name for name in offered}
    with right:
        view = lasting_choice("Show", _VIEWS, key="sweep view", link="show", is_tabs=True)
    with left:
        quantity = lasting_choice(
            "Compare by", list(_QUANTITIES), key="sweep quantity", link="by", wraps=True
        )
        columns = lasting_choice("Columns", list(names), key="sweep columns", link="columns")
        rest = [label for label in names if label != columns]
        rows = lasting_choice("Rows", rest, key=f"sweep rows {columns}", link="rows")
    chosen = SweepOptions(view, _QUANTITIES[quantity], names[columns], names[rows])
    return chosen, {"show": view, "by": quantity, "columns": columns, "rows": rows}, right


def _steering(sweep: Sweep, cells: Sequence[Cell]) -> None:
    """Show the button that stops the sweep, or the one that trains what is missing."""
    active = any(cell.state in ACTIVE for cell in cells)
    missing = sum(cell.state not in DONE for cell in cells)
    with st.container(horizontal=True, vertical_alignment="center"):
        if sweep.is_open or active:
            st.button("Stop the sweep", key="sweep stop", on_click=_obey,
                      args=(sweep.id, "stop"))  # fmt: skip
        elif missing:
            what = "the missing cell" if missing == 1 else f"the {missing} missing cells"
            st.button(f"Train {what}", key="sweep resume", type="primary", on_click=_obey,
                      args=(sweep.id, "resume"))  # fmt: skip
    if text := st.session_state.pop(_PROBLEM, ""):
        st.error(escaped(text))


def _watch(sweep_id: str, shown: tuple[bool, bool], options: SweepOptions) -> None:
    """Show progress and results as they are now.

    Args:
        shown: Whether it was open and whether cells were in training when the page was drawn.
    """
    try:
        sweep, cells = read_sweep(sweep_id)
        if sweep.is_open:
            # Whoever trained it may have been killed.
            launcher.ensure_workers()
    except StoreUnavailable as error:
        say_unusable(error)
        return
    except UnknownSweep as error:
        st.error(escaped(str(error)))
        return
    if (sweep.is_open, any(cell.state in ACTIVE for cell in cells)) != shown:
        st.rerun()
    # Places that stay of one kind, whatever stands in them; see `race_view`.
    progress, best, picture, about = (st.container() for _ in range(4))
    with progress:
        _progress(sweep, cells)
    if not any(cell.row for cell in cells):
        return
    with best:
        _best(sweep, cells, options.quantity)
    with picture:
        _picture(sweep.grid, cells, options)
    with about:
        _about(sweep.grid, options)
        _offer_comparison(cells, options.quantity)


def read_sweep(sweep_id: str) -> tuple[Sweep, list[Cell]]:
    """Return a sweep and its cells.

    Raises:
        UnknownSweep: There is no such sweep.
        StoreUnavailable: The run store cannot be used.
    """
    store = launcher.default_store()
    sweep = store.sweeps.get(sweep_id)
    rows = store.curves.list([one.run_id for one in sweep.runs]) if sweep.runs else []
    return sweep, sweep_scheduler.cells_of(sweep, rows)


def _progress(sweep: Sweep, cells: Sequence[Cell]) -> None:
    if any(cell.state not in DONE for cell in cells):
        done = sum(cell.state in DONE for cell in cells)
        st.progress(done / len(cells), text=_states(sweep, cells))
    errors = {cell.row.error for cell in cells if cell.row and cell.row.error}
    for error in sorted(errors):
        st.warning(escaped(error))
    active = [cell.row.run_id for cell in cells if cell.row and cell.state in ACTIVE]
    if active:
        link_to("live", "**Watch the cells in training →**", {"run": active[0]}, via="sweep")


def _states(sweep: Sweep, cells: Sequence[Cell]) -> str:
    states = Counter(cell.state for cell in cells)
    if sweep.is_open:
        # Nobody stopped it, so these are still to come.
        states["waiting"] = states.pop("missing", 0) + states.pop("lost", 0)
    done = sum(cell.state in DONE for cell in cells)
    counted = ", ".join(f"{count} {state}" for state, count in states.most_common() if count)
    return f"{done} of {len(cells)} cells done: {counted}."


def _best(sweep: Sweep, cells: Sequence[Cell], quantity: str) -> None:
    """Say in one line what the best cell is, and of a sweep that has ended what became of all."""
    best = best_first(cells, quantity)[0]
    value = value_of(best, quantity)
    said = f"{QUANTITIES[quantity].label}: no cell has one yet."
    if value is not None:
        of = ", ".join(_setting_words(best, name) for name in sweep.grid.varied())
        by = f" with {escaped(of)}" if of else ""
        said = f"Best: **{figures.quantity_words(quantity, value)}**{by}."
    ended = all(cell.state in DONE for cell in cells)
    st.markdown(f"{said} {_states(sweep, cells)}" if ended else said)


def _setting_words(cell: Cell, name: str) -> str:
    words = figures.value_words(name, getattr(cell.config, name))
    return f"rate {words}" if name == "learning_rate" else words


def _picture(grid: SweepGrid, cells: Sequence[Cell], options: SweepOptions) -> None:
    quantity = options.quantity
    label = QUANTITIES[quantity].label
    if options.view == _TABLE:
        _ranking(grid, cells, quantity)
    elif options.view == _LINES and grid.varied():
        plot(
            figures.parallel_coordinates(grid, cells, quantity, height=_HEIGHT),
            key="sweep-cells",
            alt=f"{label} of every cell across its settings.",
        )
    else:
        found = table(grid, cells, options.x, options.y, quantity)
        plot(
            figures.heat_map(grid, found, quantity, _HEIGHT, _LEAST_HEIGHT),
            key="sweep-heat-map",
            alt=f"{label} by {DIMENSIONS[options.x]} and {DIMENSIONS[options.y]}.",
        )


def _about(grid: SweepGrid, options: SweepOptions) -> None:
    better = "Larger" if QUANTITIES[options.quantity].more_is_better else "Smaller"
    if options.view == _LINES:
        st.caption(
            f"Each line is a cell, in the colour of its result. {better} is better; dotted ones "
            "diverged."
        )
    elif options.view == _MAP:
        others = [DIMENSIONS[n].lower() for n in grid.varied() if n not in (options.x, options.y)]
        over = (
            f" Means are over {', '.join(others)}, of the n cells that have finished."
            if others
            else ""
        )
        st.caption(f"{better} is better.{over}")


def _ranking(grid: SweepGrid, cells: Sequence[Cell], quantity: str) -> None:
    varied = grid.varied()
    rows = []
    for cell in best_first(cells, quantity):
        if cell.row is None:
            continue
        summary = cell.row.summary
        accuracy, loss = summary.final_accuracy, summary.final_cross_entropy
        rows.append(
            [figures.value_words(name, getattr(cell.config, name)) for name in varied]
            + [cell.state, "–" if accuracy is None else f"{accuracy:.2%}"]
            + ["–" if loss is None else f"{written(loss, 4)} nats"]
            + [f"{steps:,}" if (steps := summary.steps_to(p)) else "–" for p in (90, 95, 97)]
        )
    if not rows:
        st.caption("No cell was trained yet.")
        return
    titles = [DIMENSIONS[name] for name in varied]
    titles += ["State", "Test accuracy", "Test cross-entropy"]
    titles += [f"Steps to {percent} %" for percent in (90, 95, 97)]
    columns = zip(*rows[:_SHOWN], strict=True)
    st.table(dict(zip(titles, columns, strict=True)), hide_index=True)
    if len(rows) > _SHOWN:
        st.caption(f"The best {_SHOWN} of {len(rows)} cells.")


def _offer_comparison(cells: Sequence[Cell], quantity: str) -> None:
    ranked = [cell.row for cell in best_first(cells, quantity) if cell.row]
    best = ",".join(row.id for row in ranked[:_BEST])
    link_to("compare", f"**Compare the curves of the best {min(_BEST, len(ranked))} →**",
            {"runs": best}, via="sweep-best")  # fmt: skip


def _obey(sweep_id: str, request: str) -> None:
    try:
        if request == "stop":
            store = launcher.default_store()
            access.require_starter(lambda who: store.sweeps.began(sweep_id, who))
            sweep_scheduler.stop(sweep_id)
        else:
            access.require_holder()
            sweep_scheduler.resume(sweep_id)
    except (UnknownSweep, StoreUnavailable) as error:
        st.session_state[_PROBLEM] = str(error)
