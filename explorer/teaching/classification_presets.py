"""Single classified examples from the lecture notes: a model's output and the true class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.teaching.presets import PRESETS, printed
from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class ClassificationPreset:
    """A model's output for one example, and the class that is true.

    Attributes:
        output: The model's output, one number per class.
        is_logits: Whether the output is logits; otherwise it is the distribution q.
        true_class: Index of the true class.
        names: One name per class.
        source: Key of the worked example that it comes from.
        note: What to look at, one sentence.
    """

    output: tuple[float, ...]
    is_logits: bool
    true_class: int
    names: tuple[str, ...]
    source: str
    note: str


def _from_distributions(name: str) -> ClassificationPreset:
    preset = PRESETS[name]
    if preset.q is None:
        raise ValueError(f"“{name}” has no model distribution.")
    return ClassificationPreset(
        preset.q, False, preset.p.index(1.0), preset.names, preset.source, preset.note
    )


def _of_classes(
    output: tuple[float, ...], true_class: int, source: str, note: str, *, is_logits: bool
) -> ClassificationPreset:
    names = tuple(f"class {number}" for number in range(1, len(output) + 1))
    return ClassificationPreset(output, is_logits, true_class, names, source, note)


def _two_models() -> dict[str, ClassificationPreset]:
    example = EXAMPLES["why_not_mse"]
    return {
        f"{model}, row {number}": _of_classes(
            q,
            true_class,
            "why_not_mse",
            f"{model}, true class {true_class + 1}: "
            f"{'right' if q.index(max(q)) == true_class else 'wrong'}, with q = {q[true_class]}.",
            is_logits=False,
        )
        for model, rows in (("Model 1", example["model_1"]), ("Model 2", example["model_2"]))
        for number, (q, true_class) in enumerate(zip(rows, example["classes"], strict=True), 1)
    }


CLASSIFICATION_PRESETS: Mapping[str, ClassificationPreset] = MappingProxyType(
    {
        "First guess q₁": _from_distributions("Five classes, first guess q₁"),
        "Better guess q₂": _from_distributions("Five classes, better guess q₂"),
        "Confidently wrong": _from_distributions("Five classes, confidently wrong"),
        **_two_models(),
        "Three logits, right": _of_classes(
            EXAMPLES["softmax_batch"]["logits"][0],
            EXAMPLES["softmax_batch"]["classes"][0],
            "softmax_batch",
            f"Cross-entropy {printed('softmax_batch', 'row 1')}.",
            is_logits=True,
        ),
        "Three logits, true class second": _of_classes(
            EXAMPLES["logsumexp_form"]["logits"],
            EXAMPLES["logsumexp_form"]["true_class"],
            "logsumexp_form",
            f"−z of the true class plus logsumexp: {printed('logsumexp_form', '−z + logsumexp')}.",
            is_logits=True,
        ),
        "Ten classes at chance": _of_classes(
            (0.0,) * EXAMPLES["mnist_practice"]["layers"][-1],
            0,
            "mnist_practice",
            "Every network starts near this value: "
            f"ln 10 = {printed('mnist_practice', 'loss at chance')}.",
            is_logits=True,
        ),
        "Saturated and wrong": _of_classes(
            EXAMPLES["vanishing_gradient"]["saturated_logits"],
            0,
            "vanishing_gradient",
            "The squared error's gradient has almost vanished; cross-entropy's is at its largest.",
            is_logits=True,
        ),
    }
)
