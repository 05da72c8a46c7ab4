"""Where each checked statement can be tried: a page, and the values that its address sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.core.editing import Bars
from explorer.teaching.labelled_presets import LABELLED_PRESETS
from explorer.teaching.prediction_tables import EXAMPLE_TABLES
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.address.parameters import written_places
from pages.components.bars.bar_editor import link_parameters
from pages.losses.parts import prediction_fields

Parameters = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class PageLink:
    """A page of the app with values set.

    Attributes:
        path: as `app.py` names it.
        label: what one will see there.
        parameters: of the page's address.
    """

    path: str
    label: str
    parameters: Parameters


def _bars(row: str, unit: str, p: str = "p", q: str | None = None) -> Parameters:
    """Return what sets the bars of `entropy` or, with q, of `divergence`."""
    example = EXAMPLES[row]
    values = {"p": example[p]} | ({} if q is None else {"q": example[q]})
    return _filled(link_parameters(Bars(example.names, values)) | {"unit": unit})


def _filled(parameters: Parameters) -> Parameters:
    return {name: value for name, value in parameters.items() if value}


def _entropy(row: str, label: str, p: str = "p") -> PageLink:
    return PageLink("pages/information/entropy.py", label, _bars(row, "bits", p))


def _divergence(row: str, label: str, q: str, unit: str = "bits", p: str = "p") -> PageLink:
    return PageLink("pages/information/divergence.py", label, _bars(row, unit, p, q))


def _multiclass(label: str, series: str, output: tuple[float, ...], true_class: int) -> PageLink:
    """Return what sets one classified example, its output given as logits "z" or as "q"."""
    names = tuple(f"class {number}" for number in range(1, len(output) + 1))
    bars = Bars(names, {series: output}, probabilities=series == "q")
    parameters = link_parameters(bars) | {
        "edit": "logits" if series == "z" else "probabilities",
        "target": "one true class",
        "y": str(true_class + 1),
    }
    return PageLink("pages/losses/multiclass.py", label, _filled(parameters))


def _classified(row: str, label: str, q: str) -> PageLink:
    example = EXAMPLES[row]
    return _multiclass(label, "q", example[q], example["p"].index(1.0))


def _labelled(preset_name: str, label: str) -> PageLink:
    """Return what sets an example of the three forms."""
    preset = LABELLED_PRESETS[preset_name]
    bars = Bars(preset.names, {"z": preset.logits}, probabilities=False)
    parameters = link_parameters(bars) | {
        "labels": written_places(preset.labels),
        "node": written_places(preset.node),
        "part": "Three forms",
        "form": "1 Softmax",
    }
    return PageLink("pages/losses/three_forms.py", label, _filled(parameters))


def _gather_slip(row: str, label: str) -> PageLink:
    example = EXAMPLES[row]
    rows = {f"z{number}": logits for number, logits in enumerate(example["logits"], 1)}
    parameters = link_parameters(Bars(example.names, rows, probabilities=False)) | {
        f"y{number}": written_places(true) for number, true in enumerate(example["classes"], 1)
    }
    parameters["part"] = "Gather slip"
    return PageLink("pages/losses/three_forms.py", label, _filled(parameters))


def _stability(label: str, part: str, **parameters: str) -> PageLink:
    fixed = {"part": part, "dtype": "float32"}
    return PageLink("pages/losses/stability.py", label, fixed | parameters)


def _predictions(label: str) -> PageLink:
    table = next(iter(EXAMPLE_TABLES.values()))
    parameters = {"show": "Why not MSE?"} | prediction_fields.link_parameters(table)
    return PageLink("pages/losses/multiclass.py", label, parameters)


def _race(row: str, label: str) -> PageLink:
    return PageLink("pages/training/live.py", label, {"race": EXAMPLES[row]["race"]})


LINKS: Mapping[str, PageLink] = MappingProxyType(
    {
        "B1": _divergence("B1", "H(p,q₂) in nats", "q2", "nats"),
        "B2": _classified("B2", "all losses at q₁", "q1"),
        "B3": _classified("B3", "gradients, confidently wrong", "wrong"),
        "B4": _entropy("B4", "the nearly decided lottery"),
        "B5": _divergence("B5", "this pair, in any unit", "q"),
        "B6": _divergence("B6", "both directions of this pair", "q"),
        "B7": _labelled("Labels 0, 1, 0, 1, softmax", "[0, 1, 0, 1] in three forms"),
        "B8": _divergence("B8", "move q and watch both", "q"),
        "B9": _divergence("B9", "q = p, where H(p) remains", "p"),
        "B10": _entropy("B10", "with .997 for the last"),
        "B11": _predictions("the two tables, row by row"),
        "B12": _predictions("the two tables, gradients too"),
        "B13": _divergence("B13", "one-hot p, where H(p) = 0", "q", "nats"),
        "B14": PageLink(
            "pages/losses/binary.py",
            "the hinge with label −1",
            {"z": f"{EXAMPLES['B14']['scores'][-1]:g}", "y": "0"},
        ),
        "B15": _stability("20,000 such draws", "Random logits", seed=str(EXAMPLES["B15"]["seed"])),
        "B16": _race("B16", "race, ReLU on the logits or not"),
        "B17": _race("B17", "race, Kaiming or plain normal"),
        "B18": _stability(
            "the loss at a gap of 110", "Two logits", gap=f"{EXAMPLES['B18']['gap']:g}"
        ),
        "B19": _gather_slip("B19", "the batch, gathered and not"),
        "B20": _divergence("B20", "the completed q", "q", "nats"),
        "B21": _divergence("B21", "D(p‖q) and D(q‖p)", "q"),
    }
)
"""Row of the lessons → where to try it."""
