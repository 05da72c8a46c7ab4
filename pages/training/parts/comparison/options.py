"""How the curves of a comparison are drawn, kept across pages and in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.figures.comparison import Look
from explorer.figures.line_traces import Span
from explorer.runs.metric_panels import Panel
from pages.components.address import address
from pages.components.address.parameters import (
    Parameter,
    names,
    option,
    parse_number,
    staying,
    text,
)
from pages.components.escaping import escaped
from pages.components.inputs.lasting_inputs import (
    choose,
    chosen,
    keeping,
    lasting_choice,
    lasting_option,
    lasting_text,
    shown,
)

_AXES = {
    "Step": "step",
    "Epoch": "epoch",
    "Images seen": "examples",
    "Time": "time",
    "Clock": "clock",
}
_SCALES = ("log", "linear")
_X_SCALES = ("linear", "log")
AUTO, NO_SMOOTHING = "auto", "none"
_WEIGHTS = (AUTO, NO_SMOOTHING, "0.5", "0.8", "0.9", "0.95", "0.98", "0.99", "0.995", "0.999")
_BAND_NAMES = {"min–max": "range", "standard deviation": "sd", "standard error": "se"}
ALONE, SEEDS, TAGS = "none", "seeds", "tags"
_SEEDS_APART_OR_NOT = ("each alone", "mean and band")
_SPAN, _Y = "compare span", "compare y"
_AUTOMATIC = "automatic"


def _parse_y(texts: Sequence[str]) -> dict[str, tuple[str, Span | None]]:
    """Read the upright axes of panels: key, scale and both ends of each, parted by bars."""
    found: dict[str, tuple[str, Span | None]] = {}
    for one in texts:
        key, *rest = one.rsplit("|", 3)
        if len(rest) != 3 or rest[0] not in ("", *_SCALES):
            raise ValueError("an upright axis is “metric|log or linear|lowest|highest”.")
        found[key] = (rest[0], checked_range(rest[1], rest[2], rest[0]))
    return found


def _write_y(axes: Mapping[str, tuple[str, Span | None]]) -> list[str]:
    return [
        f"{key}|{scale}|" + ("|" if ends is None else f"{ends[0]:.10g}|{ends[1]:.10g}")
        for key, (scale, ends) in axes.items()
    ]


OPTIONS = (
    option("x", _AXES),
    option("xscale", _X_SCALES),
    option("scale", _SCALES),
    option("smoothing", _WEIGHTS),
    text("group"),
    # As saved links of earlier versions ask for groups by seed; read, and not written.
    option("seeds", _SEEDS_APART_OR_NOT),
    option("band", _BAND_NAMES),
    names("metric"),
    Parameter("y", _parse_y, _write_y, several=True),
    text("goal", 40),
    text("goalof"),
    *staying(text("from", 40), text("to", 40)),
)
"""What the address holds of the options and of the part that is looked at."""


def take_link(settings: Sequence[str] | None) -> None:
    """Take what the address asks of the options; what it cannot mean is said here in words.

    The controls themselves stand in popovers, where nobody would see it.

    Args:
        settings: As for `option_controls`; None where there is no curve whose settings could tell.
    """
    for name in ("x", "xscale", "scale", "smoothing", "band"):
        if asked := address.take_or_warn(name):
            choose(f"compare {name}", asked)
    known = None if settings is None else [ALONE, SEEDS, TAGS, *settings]
    if address.take_or_warn("seeds") == _SEEDS_APART_OR_NOT[1]:
        choose("compare group", SEEDS)
    if asked := address.take_or_warn("group", _one_of(known)):
        choose("compare group", asked)
    axes = address.take_or_warn("y")
    if axes is not None:
        st.session_state[_Y] = axes


def option_controls(settings: Sequence[str]) -> tuple[Look, str, dict[str, Any]]:
    """Show the choices; return how to draw, which curves are one line, and the address's part.

    Args:
        settings: Names of the settings that curves can be grouped by, those that differ first.
    """
    link: dict[str, Any] = {}

    def choice(label: str, options: Sequence[str], name: str, help: str | None = None) -> str:
        link[name] = lasting_choice(
            label, options, key=f"compare {name}", link=name, help=help, wraps=len(options) > 3
        )
        return str(link[name])

    with st.popover("Axes and smoothing"):
        axis = choice(
            "x axis", list(_AXES), "x",
            "Time is seconds since the start, pauses of runs made here left out; Clock is the date "
            "and time. Both are known of runs made here and of files that tell times.",
        )  # fmt: skip
        x_scale = choice("Scale of x", _X_SCALES, "xscale")
        scale = choice("Scale of losses", _SCALES, "scale")
        weight = link["smoothing"] = _smoothing()
    with st.popover("Groups"):
        group = link["group"] = _group(settings)
        band = choice(
            "Band around a mean", list(_BAND_NAMES), "band",
            "Standard deviation and standard error are on either side of the mean, with n − 1.",
        )  # fmt: skip
    look = Look(
        axis=_AXES[axis],
        x_scale=x_scale,
        scale=scale,
        weight=None if weight == AUTO else 0.0 if weight == NO_SMOOTHING else float(weight),
        band=_BAND_NAMES[band],
    )
    return look, group, link


def _smoothing() -> str:
    key = "compare smoothing"
    weight: str = st.select_slider(
        "Smoothing",
        _WEIGHTS,
        value=shown(key, chosen(key, AUTO)),
        key=key,
        help="Weight w of the past in a moving average: it averages over about 1/(1 − w) "
        "points, 0.98 over 50. “auto” averages over 1 to 3 % of each curve, and leaves "
        "curves of fewer than 100 points as they are.",
        on_change=keeping(key),
    )
    return weight


def _group(settings: Sequence[str]) -> str:
    words = {ALONE: "Each curve alone", SEEDS: "Seeds: all else equal", TAGS: "Tags"}
    before = chosen("compare group", ALONE)
    return lasting_option(
        "Draw as one line",
        list(dict.fromkeys([*words, *settings, before])),
        ALONE,
        key="compare group",
        words=lambda one: words.get(one, f"Same “{one}”"),
        help="Curves that share this are drawn as their mean, where all of them are, with a band.",
    )


def _one_of(known: Sequence[str] | None) -> Callable[[str], None]:
    def check(value: str) -> None:
        if value and known is not None and value not in known:
            raise ValueError(f"these curves can be grouped by {', '.join(known)}.")

    return check


def upright_axes(panels: Mapping[str, Panel]) -> dict[str, tuple[str, Span | None]]:
    """Show a scale and a range for each panel; return those that are not automatic."""
    axes: dict[str, tuple[str, Span | None]] = dict(st.session_state.get(_Y, {}))
    with st.popover("Panels"):
        key = st.selectbox(
            "Panel", list(panels), format_func=lambda one: panels[one].title, key="compare y panel"
        )
        scale, ends = axes.get(key, ("", None))
        low, high = ("", "") if ends is None else (f"{ends[0]:.10g}", f"{ends[1]:.10g}")
        with st.form(f"compare y {key}", border=False):
            picked = st.selectbox(
                "Scale", [_AUTOMATIC, *_SCALES], index=["", *_SCALES].index(scale)
            )
            left, right = st.columns(2)
            begin = left.text_input("Lowest", low, placeholder=_AUTOMATIC, max_chars=40)
            end = right.text_input("Highest", high, placeholder=_AUTOMATIC, max_chars=40)
            if st.form_submit_button("Set"):
                scale = "" if picked == _AUTOMATIC else picked
                try:
                    axes[key] = (scale, checked_range(begin, end, scale))
                except ValueError as error:
                    st.error(escaped(str(error)))
                else:
                    if axes[key] == ("", None):
                        del axes[key]
                    st.session_state[_Y] = axes
                    st.rerun()
    return axes


def checked_range(low: str, high: str, scale: str) -> Span | None:
    """Return both ends of an axis; None where both are left empty.

    Raises:
        ValueError: One is missing, is no number, or has no place on the axis.
    """
    if not low.strip() and not high.strip():
        return None
    if not low.strip() or not high.strip():
        raise ValueError("give both ends of the range, or none.")
    ends = parse_number(low), parse_number(high)
    if not ends[0] < ends[1]:
        raise ValueError("the lowest value must be below the highest.")
    if scale == "log" and ends[0] <= 0:
        raise ValueError("a log axis begins above 0.")
    return ends


def goal_controls(panels: Mapping[str, Panel]) -> tuple[dict[str, float], dict[str, str]]:
    """Ask for a value to be reached; return it by its panel's key, and what the address holds."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = lasting_text(
            "First step to reach",
            "",
            key="compare goal",
            link="goal",
            placeholder="0.95 or 95 %",
            help="The table gives the first step at which each line reached this value: an "
            "accuracy at or above it, a loss at or below it. Raw values count, not smoothed ones.",
        )
        keys = [key for key in panels if not panels[key].is_gap] or list(panels)
        asked = address.take_or_warn("goalof")
        if asked:
            choose("compare goalof", asked)
        accuracy = next((key for key in keys if panels[key].better > 0), keys[0])
        key = lasting_option(
            "of", keys, accuracy, key="compare goalof", words=lambda one: panels[one].title
        )
    link = {"goal": words, "goalof": key if words else ""}
    if not words.strip():
        return {}, link
    try:
        is_percent = words.strip().endswith("%")
        goal = parse_number(words.strip().removesuffix("%")) / (100 if is_percent else 1)
    except ValueError as error:
        st.error(f"“{escaped(words)}” cannot be reached: {escaped(str(error))}")
        return {}, link
    return {key: goal}, link


def span_of_view(axis: str) -> Span | None:
    """Return the part of the x axis that is looked at; None for all of it.

    Args:
        axis: Key of AXES; a part of one axis means nothing on another.
    """
    low, high = address.take("from"), address.take("to")
    if low and high:
        st.session_state[_SPAN] = (axis, _span_from(low, high))
    of, span = st.session_state.get(_SPAN, (axis, None))
    return span if axis == of else None


def look_at(axis: str, span: Span | None) -> None:
    """Look at a part of the x axis from the next run on."""
    st.session_state[_SPAN] = (axis, span)


def span_link(span: Span | None) -> dict[str, str]:
    """Return what the address holds of the part that is looked at."""
    ends = ("", "") if span is None else (f"{span[0]:.13g}", f"{span[1]:.13g}")
    return dict(zip(("from", "to"), ends, strict=True))


def _span_from(low: str, high: str) -> Span | None:
    try:
        ends = float(low), float(high)
    except ValueError:
        return None
    return ends if ends[0] < ends[1] and all(abs(end) < 1e15 for end in ends) else None
