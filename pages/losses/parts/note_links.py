"""Where each checked statement can be tried: a page, and the values that its address sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.core.bars import Bars
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
        path: As `app.py` names it.
        label: What one will see there.
        parameters: Of the page's address.
    """

    path: str
    label: str
    parameters: Parameters


def _bars(key: str, unit: str, q: str | None = None) -> Parameters:
    """Return what sets the bars of `entropy` or, with q, of `divergence`."""
    example = EXAMPLES[key]
    values = {"p": example["p"]} | ({} if q is None else {"q": example[q]})
    return _filled(link_parameters(Bars(example.names, values)) | {"unit": unit})


def _filled(parameters: Parameters) -> Parameters:
    return {name: value for name, value in parameters.items() if value}


def _entropy(key: str, label: str) -> PageLink:
    return PageLink("pages/information/entropy.py", label, _bars(key, "bits"))


def _divergence(key: str, label: str, q: str, unit: str = "bits") -> PageLink:
    return PageLink("pages/information/divergence.py", label, _bars(key, unit, q))


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


def _classified(key: str, label: str, q: str) -> PageLink:
    example = EXAMPLES[key]
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


def _gather_slip(key: str, label: str) -> PageLink:
    example = EXAMPLES[key]
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


def _race(key: str, label: str) -> PageLink:
    return PageLink("pages/training/live.py", label, {"race": EXAMPLES[key]["race"]})


LINKS: Mapping[str, PageLink] = MappingProxyType(
    {
        "wrong_probability": _divergence("wrong_probability", "H(p,q₂) in nats", "q2", "nats"),
        "loss_drops_compared": _classified("loss_drops_compared", "all losses at q₁", "q1"),
        "drop_is_not_gradient": _classified(
            "drop_is_not_gradient", "gradients, confidently wrong", "wrong"
        ),
        "expected_surprise": _entropy("expected_surprise", "the nearly decided lottery"),
        "unlabelled_units": _divergence("unlabelled_units", "this pair, in any unit", "q"),
        "kl_is_asymmetric": _divergence("kl_is_asymmetric", "both directions of this pair", "q"),
        "two_hot_labels": _labelled("Labels 0, 1, 0, 1, softmax", "[0, 1, 0, 1] in three forms"),
        "kl_up_to_a_constant": _divergence("kl_up_to_a_constant", "move q and watch both", "q"),
        "cross_entropy_of_itself": _divergence(
            "cross_entropy_of_itself", "q = p, where H(p) remains", "p"
        ),
        "sum_above_one": _entropy("sum_above_one", "with .997 for the last"),
        "mse_of_one_row": _predictions("the two tables, row by row"),
        "mse_in_tables": _predictions("the two tables, gradients too"),
        "missing_minus": _divergence("missing_minus", "one-hot p, where H(p) = 0", "q", "nats"),
        "hinge_labels": PageLink(
            "pages/losses/binary.py",
            "the hinge with label −1",
            {"z": f"{EXAMPLES['hinge_labels']['scores'][-1]:g}", "y": "0"},
        ),
        "unseeded_loss": _stability(
            "20,000 such draws", "Random logits", seed=str(EXAMPLES["unseeded_loss"]["seed"])
        ),
        "relu_on_logits": _race("relu_on_logits", "race, ReLU on the logits or not"),
        "plain_normal_explodes": _race("plain_normal_explodes", "race, Kaiming or plain normal"),
        "nll_of_log_softmax": _stability(
            "the loss at a gap of 110",
            "Two logits",
            gap=f"{EXAMPLES['nll_of_log_softmax']['gap']:g}",
        ),
        "gather_slip": _gather_slip("gather_slip", "the batch, gathered and not"),
        "sum_below_one": _divergence("sum_below_one", "the completed q", "q", "nats"),
        "divergence_bar": _divergence("divergence_bar", "D(p‖q) and D(q‖p)", "q"),
    }
)
"""Key of the checked statement → where to try it."""
