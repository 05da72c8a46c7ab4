"""One classified example: the editor of a model's output and of the target, and its plots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from explorer.core.bars import Bars, resize
from explorer.core.descent import descend_multiclass
from explorer.core.distributions import FloatArray, interpolate, one_hot
from explorer.core.loss_readings import finite_logits, log_probabilities, multiclass_readings
from explorer.core.losses import softmax
from explorer.figures import descent
from explorer.figures import losses as figures
from explorer.teaching.classification_presets import CLASSIFICATION_PRESETS, ClassificationPreset
from pages.components.address import address
from pages.components.address.parameters import option, places, vector
from pages.components.bars.bar_editor import NAMES, P, Q, Series, bar_editor, set_bars, state_of
from pages.components.inputs.lasting_inputs import choose, chosen, lasting_choice, lasting_class
from pages.components.plot.plot import plots_of
from pages.components.preview import preview
from pages.losses.parts.descent_race import Picture, descent_race
from pages.losses.parts.example_menu import example_menu

MODES = ("logits", "probabilities")
TARGETS = ("one true class", "soft target")
EXAMPLE = (
    *(vector(series) for series in ("z", "q", "p")),
    places("y"),
    *NAMES,
    option("edit", MODES),
    option("target", TARGETS),
)
"""What the address holds of the example."""
_Z = Series("z", "z (logits)", 8)
_SERIES = {"logits": _Z, "probabilities": Q}
_NOUN, _LEAST, _MOST = "class", 2, 10
_STARTS = {"All equal": 0.0, "First ahead": 5.0, "First behind": -5.0}
"""Name → logit of the first class; the others have 0."""
_TRUE_CLASS = "multiclass true class"
_SOFT, _SHOWN_MODE = "multiclass p kept", "multiclass shown mode"


@dataclass(frozen=True, eq=False)
class ClassifiedExample:
    """What the page computes with.

    Attributes:
        bars: The model's output, as logits "z" or probabilities "q".
        target: The distribution p [C].
        true_class: Index of the one true class, or None where the target is soft.
    """

    bars: Bars
    target: FloatArray
    true_class: int | None

    @property
    def names(self) -> tuple[str, ...]:
        return self.bars.names

    @property
    def editor(self) -> str:
        """Key of the editor of the model's output."""
        return f"multiclass {_mode_of(self.bars)}"

    @property
    def logits(self) -> FloatArray:
        """Logits [C], −∞ where the model's probability is 0."""
        if "z" in self.bars.values:
            return np.array(self.bars.values["z"])
        return log_probabilities(self.bars.values["q"])

    @property
    def impossible(self) -> list[str]:
        """Names, in quotes, of the classes that the model gives the probability 0."""
        return [f"“{self.names[i]}”" for i in np.flatnonzero(np.isneginf(self.logits))]

    @property
    def obstacle(self) -> str:
        """Why no descent can reach the target from here; empty where one can."""
        lost = np.flatnonzero(np.isneginf(self.logits) & (self.target > 0))
        if not lost.size:
            return ""
        return (
            f"No race from here: q gives “{self.names[lost[0]]}” the probability 0, so its logit "
            "is −∞, and no finite number of steps brings it back. Give it a little probability."
        )

    def state(self) -> dict[str, Any]:
        """Return what `address.keep` needs to show the example again."""
        is_soft = self.true_class is None
        return state_of(self.bars) | {
            "p": self.target.tolist() if is_soft else None,
            "y": self.true_class,
            "edit": _mode_of(self.bars),
            "target": TARGETS[is_soft],
        }


def classified_example() -> ClassifiedExample:
    """Show the choices and the editor, and return its newest valid state."""
    choices = st.container(horizontal=True, gap="small")
    with choices:
        names = [*CLASSIFICATION_PRESETS, *(f"{start}, these classes" for start in _STARTS)]
        example_menu(names, _load, key="multiclass example")
    with st.container(horizontal=True, gap="small"):
        mode = lasting_choice("Edit", MODES, key="multiclass edit", link="edit", bare=True)
        target = lasting_choice(
            "Target", TARGETS, key="multiclass target", link="target", bare=True
        )
    bars = _model_editor(mode)
    if target == TARGETS[1]:
        example = ClassifiedExample(bars, _soft_target(bars), None)
    else:
        with choices:
            index = lasting_class("True class", bars.names, key=_TRUE_CLASS, link="y")
        example = ClassifiedExample(bars, one_hot(index, len(bars.names)), index)
    for name, preset in CLASSIFICATION_PRESETS.items():
        same = _bars_of(preset).values == bars.values
        if same and preset.true_class == example.true_class:
            st.caption(f"{name}. {preset.note}")
    return example


def example_plots(example: ClassifiedExample) -> preview.Plots:
    """Return the plots of an example, for `drawn_plot`."""
    return _plots(example.names, tuple(example.logits.tolist()), tuple(example.target.tolist()))


@preview.shared
def _plots(names: tuple[str, ...], z: tuple[float, ...], p: tuple[float, ...]) -> preview.Plots:
    finite, classes, readings = finite_logits(z), len(names), multiclass_readings(z, p)
    return plots_of(
        {
            "pulls": (
                figures.pulls(readings, names, p),
                "Gradient of cross-entropy, q − p, and of squared error by each of "
                f"{classes} logits.",
            ),
            "class-gradients": (
                figures.class_gradients(readings, names),
                f"Gradient of each loss by each of {classes} logits.",
            ),
            "target-and-model": (
                figures.target_and_model(p, softmax(finite), names),
                f"Target p and softmax q of {classes} classes.",
            ),
            "softmax-jacobian": (
                figures.jacobian_map(finite, names),
                f"Derivatives of {classes} probabilities by {classes} logits.",
            ),
        }
    )


def multiclass_race(example: ClassifiedExample, finite: FloatArray) -> None:
    """Show the race of descent on an example under every loss, and keep it in the address.

    Args:
        finite: Its logits [C] without −∞.
    """
    p, true_class = example.target, example.true_class
    descent_race(
        "multiclass",
        lambda rate, steps: {
            name: descend_multiclass(finite, p, name, rate, steps)
            for name in multiclass_readings(finite, p)
        },
        (
            Picture(
                "multiclass-race",
                lambda race, step: (
                    descent.divergence_race(race, p, step)
                    if true_class is None
                    else descent.probability_race(race, true_class, step)
                ),
                "How close each descent is to the target",
            ),
            Picture("multiclass-losses", descent.loss_race, "Each loss against the step"),
        ),
        true_class=true_class,
        link=example.state() | {"show": "Descend"},
        obstacle=example.obstacle,
        beside=False,
    )


def _model_editor(mode: str) -> Bars:
    last_mode, last_bars = st.session_state.get(_SHOWN_MODE, ("logits", None))
    series = _SERIES[mode]
    # A link that brings values of its own needs nothing carried over, and must not fail for it.
    if last_mode != mode and last_bars is not None and not address.is_asked(series.id):
        mode = _switch(last_bars, mode)
        series = _SERIES[mode]
    bars = bar_editor(
        f"multiclass {mode}",
        _bars_of(CLASSIFICATION_PRESETS["Saturated and wrong"])
        if mode == "logits"
        else _bars_of(CLASSIFICATION_PRESETS["First guess q₁"]),
        (series,),
        noun=_NOUN,
        least=_LEAST,
        most=_MOST,
        low=-10.0 if mode == "logits" else 0.0,
        high=10.0 if mode == "logits" else 1.0,
        step=0.1 if mode == "logits" else 0.01,
        previewed=True,
    )
    st.session_state[_SHOWN_MODE] = (mode, bars)
    return bars


def _switch(bars: Bars, mode: str) -> str:
    """Carry the model's output over to the other editor, and return the mode to show."""
    if mode == "probabilities":
        q = softmax(np.array(bars.values["z"]))
        set_bars("multiclass probabilities", Bars(bars.names, {"q": tuple(q.tolist())}))
        return mode
    z = log_probabilities(bars.values["q"])
    impossible = np.flatnonzero(np.isneginf(z))
    if impossible.size:
        choose("multiclass edit", "probabilities")
        st.warning(
            f"“{bars.names[impossible[0]]}” has q = 0: its logit is −∞, which no bar can show. "
            "Give it a little probability, then edit logits."
        )
        return "probabilities"
    values = {"z": tuple(z.tolist())}
    set_bars("multiclass logits", Bars(bars.names, values, probabilities=False))
    return mode


def _soft_target(bars: Bars) -> FloatArray:
    """Show the editor of p; names and number of classes are those of the model."""
    names, count = bars.names, len(bars.names)
    certain = one_hot(min(chosen(_TRUE_CLASS, 0), count - 1), count)
    even = np.full(count, 1 / count)
    presets = {
        name: Bars(names, {"p": tuple(p.tolist())})
        for name, p in {
            "Label smoothing 0.1": interpolate(certain, even, 0.1),
            "Uniform": even,
        }.items()
    }
    known: Bars | None = st.session_state.get(_SOFT)
    if known is not None and known.names != names:
        resized, notes = resize(known, count, noun=_NOUN, least=_LEAST, most=_MOST)
        set_bars("multiclass p", replace(resized, names=names))
        for note in notes.values():
            st.caption(note)
    target = bar_editor(
        "multiclass p",
        presets["Label smoothing 0.1"],
        (P,),
        presets=presets,
        noun=_NOUN,
        least=count,
        most=count,
    )
    st.session_state[_SOFT] = target
    if target.names != names:
        renamed = replace(bars, names=target.names)
        set_bars(f"multiclass {_mode_of(bars)}", renamed)
        st.rerun()
    return np.array(target.values["p"])


def _mode_of(bars: Bars) -> str:
    return "logits" if "z" in bars.values else "probabilities"


def _bars_of(preset: ClassificationPreset) -> Bars:
    series = "z" if preset.is_logits else "q"
    return Bars(preset.names, {series: preset.output}, probabilities=not preset.is_logits)


def _load(name: str) -> None:
    if name not in CLASSIFICATION_PRESETS:
        _start_anew(name.partition(",")[0])
        return
    preset = CLASSIFICATION_PRESETS[name]
    bars = _bars_of(preset)
    set_bars(f"multiclass {_mode_of(bars)}", bars)
    choose("multiclass edit", _mode_of(bars))
    choose("multiclass target", TARGETS[0])
    st.session_state[_SHOWN_MODE] = (_mode_of(bars), bars)
    choose(_TRUE_CLASS, preset.true_class)


def _start_anew(start: str) -> None:
    """Put one of `_STARTS` into the editor that is shown, which keeps its classes."""
    mode, bars = st.session_state[_SHOWN_MODE]
    z = np.where(np.arange(len(bars.names)) == 0, _STARTS[start], 0.0)
    output = z if mode == "logits" else softmax(z)
    values = {_SERIES[mode].id: tuple(output.tolist())}
    set_bars(f"multiclass {mode}", Bars(bars.names, values, probabilities=mode != "logits"))
