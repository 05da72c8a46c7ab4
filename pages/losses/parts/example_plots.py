"""The plots of one classified example: gradients, target beside softmax, and the Jacobian."""

from __future__ import annotations

from explorer.core.loss_readings import finite_logits, multiclass_readings
from explorer.core.losses import softmax
from explorer.figures import losses as figures
from pages.components.plot.plot import plots_of
from pages.components.preview import preview
from pages.losses.parts.classified_example import ClassifiedExample


def example_plots(example: ClassifiedExample) -> preview.Plots:
    """Return the plots of an example, for `drawn_plot`."""
    return _plots(example.names, tuple(example.logits.tolist()), tuple(example.target.tolist()))


@preview.shared
def _plots(names: tuple[str, ...], z: tuple[float, ...], p: tuple[float, ...]) -> preview.Plots:
    finite, classes = finite_logits(z), len(names)
    return plots_of(
        {
            "class-gradients": (
                figures.class_gradients(multiclass_readings(z, p), names),
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
