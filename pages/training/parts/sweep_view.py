"""A sweep while it is trained, and what its cells came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.figures import sweep as figures
from explorer.figures.numbers import written
from explorer.jobs import launcher, sweep_scheduler
from explorer.runs.sweep_cells import ACTIVE, DONE, Cell, Sweep
from explorer.runs.sweep_grid import DIMENSIONS, SweepGrid
from explorer.runs.sweep_results import QUANTITIES, best_first, table
from explorer.store.run_store import StoreUnavailable, UnknownSweep
from pages.components.address.address import link_to
from pages.components.address.parameters import option, staying, text
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import lasting_choice
from pages.components.plot.plot import plot
from pages.training.parts.store_notice import say_unusable

_BEST = 5
_SHOWN = 20
_QUANTITIES = {quantity.label: key for key, quantity in QUANTITIES.items()}
_PROBLEM = "sweep problem"
RESULTS = staying(
    text("run", 64),
    text("sweep", 64),
    option("by", _QUANTITIES),
    option("columns", DIMENSIONS.values()),
    option("rows", DIMENSIONS.values()),
)
"""What the address holds of a sweep; other pages link to the sweep of a `run`."""


@dataclass(frozen=True)
class SweepOptions:
    """How the results are arranged.

    Attributes:
        quantity: Key of QUANTITIES.
        x: Dimension along the heat map's columns.
        y: Dimension along its rows.
    """

    quantity: str
    x: str
    y: str


def sweep_options(grid: SweepGrid) -> tuple[SweepOptions, dict[str, str]]:
    """Show the choices; return them, and what the address holds of them."""
    names = {DIMENSIONS[name]: name for name in ("learning_rate", *DIMENSIONS)}
    # What varies first, so that the first picture says something.
    ordered = sorted(names, key=lambda label: names[label] not in grid.varied())
    with st.container(horizontal=True):
        quantity = lasting_choice("Compare by", list(_QUANTITIES), key="sweep quantity", link="by")
        columns = lasting_choice("Columns", ordered, key="sweep columns", link="columns")
        rest = [label for label in ordered if label != columns]
        rows = lasting_choice("Rows", rest, key=f"sweep rows {columns}", link="rows")
    chosen = SweepOptions(_QUANTITIES[quantity], names[columns], names[rows])
    return chosen, {"by": quantity, "columns": columns, "rows": rows}


def show_controls(sweep: Sweep, cells: Sequence[Cell]) -> None:
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


def watch(sweep_id: str, shown: tuple[bool, bool], options: SweepOptions) -> None:
    """Show progress and results as they are now.

    Args:
        sweep_id: Id of a recorded sweep.
        shown: Whether it was open and whether cells were in training when the page was drawn.
        options: How to arrange the results.
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
    parts = [st.container() for _ in range(4)]
    with parts[0]:
        _progress(sweep, cells)
    if not any(cell.row for cell in cells):
        return
    grid, quantity = sweep.grid, options.quantity
    with parts[1]:
        found = table(grid, cells, options.x, options.y, quantity)
        plot(
            figures.heat_map(grid, found, quantity),
            key="sweep-heat-map",
            alt=f"{QUANTITIES[quantity].label} by {DIMENSIONS[options.x]} and "
            f"{DIMENSIONS[options.y]}.",
        )
        _about(grid, options)
    with parts[2]:
        if grid.varied():
            plot(
                figures.parallel_coordinates(grid, cells, quantity),
                key="sweep-cells",
                alt=f"{QUANTITIES[quantity].label} of every cell across its settings.",
            )
            st.caption("Each line is a cell. The stronger, the better; dotted ones diverged.")
    with parts[3]:
        _ranking(grid, cells, quantity)


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
    states = Counter(cell.state for cell in cells)
    if sweep.is_open:
        # Nobody stopped it, so these are still to come.
        states["waiting"] = states.pop("missing", 0) + states.pop("lost", 0)
    done = sum(cell.state in DONE for cell in cells)
    counted = ", ".join(f"{count} {state}" for state, count in states.most_common() if count)
    st.progress(done / len(cells), text=f"{done} of {len(cells)} cells done: {counted}.")
    errors = {cell.row.error for cell in cells if cell.row and cell.row.error}
    for error in sorted(errors):
        st.warning(escaped(error))
    active = [cell.row.run_id for cell in cells if cell.row and cell.state in ACTIVE]
    if active:
        link_to("live", "**Watch the cells in training →**", {"run": active[0]}, via="sweep")


def _about(grid: SweepGrid, options: SweepOptions) -> None:
    others = [DIMENSIONS[n].lower() for n in grid.varied() if n not in (options.x, options.y)]
    over = f" Means are over {', '.join(others)}, of finished cells only." if others else ""
    better = "Larger" if QUANTITIES[options.quantity].more_is_better else "Smaller"
    st.caption(f"{better} is better, and stronger in colour.{over}")


def _ranking(grid: SweepGrid, cells: Sequence[Cell], quantity: str) -> None:
    ranked = [
        (cell, cell.row, cell.row.summary) for cell in best_first(cells, quantity) if cell.row
    ]
    varied = grid.varied()
    rows = []
    for cell, _, summary in ranked[:_SHOWN]:
        accuracy, loss = summary.final_accuracy, summary.final_cross_entropy
        rows.append(
            [figures.value_words(name, getattr(cell.config, name)) for name in varied]
            + [cell.state, "–" if accuracy is None else f"{accuracy:.2%}"]
            + ["–" if loss is None else f"{written(loss, 4)} nats"]
            + [f"{steps:,}" if (steps := summary.steps_to(p)) else "–" for p in (90, 95, 97)]
        )
    if not rows:
        return
    titles = [DIMENSIONS[name] for name in varied]
    titles += ["State", "Test accuracy", "Test cross-entropy"]
    titles += [f"Steps to {percent} %" for percent in (90, 95, 97)]
    st.subheader("The best cells" if len(ranked) > _SHOWN else "The cells, best first")
    st.table(dict(zip(titles, zip(*rows, strict=True), strict=True)), hide_index=True)
    best = ",".join(row.id for _, row, _ in ranked[:_BEST])
    link_to("compare", f"**Compare the curves of the best {min(_BEST, len(ranked))} →**",
            {"runs": best}, via="sweep-best")  # fmt: skip


def _obey(sweep_id: str, request: str) -> None:
    try:
        (sweep_scheduler.stop if request == "stop" else sweep_scheduler.resume)(sweep_id)
    except (UnknownSweep, StoreUnavailable) as error:
        st.session_state[_PROBLEM] = str(error)
