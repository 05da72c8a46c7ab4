"""What the compared curves came to, and the settings in which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from explorer.exchange.results import results_of
from explorer.exchange.settings import split_settings
from explorer.runs.run import CurveRow
from pages.components.escaping import escaped
from pages.training.parts.curve_selection import styles_of
from pages.training.parts.run_table import state_words, swatch

# The name of the loss says as much, and versions of libraries go below.
_LEFT_OUT = frozenset({"Formula", "Versions", "Commit"})


def comparison_table(rows: Sequence[CurveRow], labels: Sequence[str]) -> None:
    """Show a row for each curve: results, and only the settings that differ.

    Args:
        rows: The curves, at least one.
        labels: Their names.
    """
    differing, shared = split_settings(rows)
    styles = styles_of(rows)
    summaries = [row.summary for row in rows]
    columns = results_of([state_words(row) for row in rows], summaries)
    columns |= {name: of for name, of in differing.items() if name not in _LEFT_OUT}
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("Curve", *columns))
    body = "".join(
        f'<tr><th scope="row"><img alt="" src="{swatch(styles[row.id])}"> {escape(label)}</th>'
        + "".join(f"<td>{escape(of[place])}</td>" for of in columns.values())
        + "</tr>"
        for place, (row, label) in enumerate(zip(rows, labels, strict=True))
    )
    st.html(
        '<div class="cee-wide" tabindex="0" role="region" aria-label="Compared curves">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
    st.caption(
        "“Steps to” is the step of the first measurement that reached the accuracy, on however "
        "many test images. An accuracy marked * was measured on a part of the test images."
    )
    with st.expander("What the curves share"):
        rest = {name: of for name, of in differing.items() if name in _LEFT_OUT - {"Formula"}}
        lines = [f"- {name}: {escaped(value)}" for name, value in shared.items()]
        lines += [f"- {name}: not the same for all" for name in rest]
        st.markdown("\n".join(lines) or "Nothing that is known.")


def legend(names: Sequence[tuple[str, int]]) -> None:
    """Show each line's colour and dash beside its name.

    Args:
        names: Name, and number of colour and dash, of each line.
    """
    entries = "".join(
        f'<span><img alt="" src="{swatch(style)}"> {escape(name)}</span>' for name, style in names
    )
    st.html(f'<div class="cee-legend">{entries}</div>')
