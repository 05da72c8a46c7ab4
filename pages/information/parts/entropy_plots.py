"""The plots of the page on entropy."""

from __future__ import annotations

from explorer.core.information import entropy, unit_name
from explorer.figures import information as figures
from explorer.figures.numbers import measured
from pages.components.plot.plot import plots_of
from pages.components.preview import preview


@preview.shared
def entropy_plots(names: tuple[str, ...], p: tuple[float, ...], base: float) -> preview.Plots:
    """Return the plots of a distribution, for `drawn_plot`.

    Args:
        names: n outcome names.
        p: Distribution [n].
        base: Base of the logarithm.

    Returns:
        "entropy-by-outcome", for two outcomes also "binary-entropy", for three "entropy-simplex".
    """
    unit = unit_name(base)
    now = f"now {measured(float(entropy(p, base=base)), unit, 4)}."
    pictures = {
        "entropy-by-outcome": (
            figures.entropy_by_outcome(p, names, base=base),
            f"Self-information and contribution of each of {len(p)} outcomes, in {unit}.",
        )
    }
    if len(p) == 2:
        pictures["binary-entropy"] = (
            figures.binary_entropy_curve(p, names[0], base=base),
            f"Entropy of two outcomes; {now}",
        )
    elif len(p) == 3:
        pictures["entropy-simplex"] = (
            figures.entropy_on_simplex(p, names, base=base),
            f"Entropy over all distributions of three outcomes; {now}",
        )
    return plots_of(pictures)
