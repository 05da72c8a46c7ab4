"""Random logits: how the lecture's loss varies, and how often it is lost."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.core.random_logits import random_losses
from explorer.figures import stability as figures
from explorer.figures.numbers import measured, written
from explorer.teaching.code_listings import random_logits_listing
from explorer.teaching.worked_examples import EXAMPLES
from pages.components.plot.plot import plot
from pages.components.quantities import quantities
from pages.components.slider.live_slider import live_slider
from pages.losses.parts.code_listing import code_listing


def random_logits(precision: str, left: DeltaGenerator, right: DeltaGenerator) -> dict[str, object]:
    """Show the draws and their losses; return the address's parameters.

    Args:
        precision: A key of `explorer.core.precision.PRECISIONS`.
    """
    example = EXAMPLES["unseeded_loss"]
    features, classes, draws = (example[name] for name in ("features", "classes", "draws"))
    with left:
        seed = int(
            live_slider(
                "Seed",
                key="stability seed",
                default=example["seed"],
                low=0,
                high=999,
                step=1,
                whole=True,
                link="seed",
            )
        )
        st.markdown(
            f"The lecture draws $x$ [1, {features}] and $w$ [{classes}, {features}] from normal "
            f"distributions, takes $x w^{{\\mathsf T}}$ as logits, and prints the loss "
            f"{example['quoted']} as *the* result. It set no seed: here are {draws:,} such draws."
        )
        read = random_losses(features, classes, draws, seed, precision)
        quantities(
            {
                "Mean loss by log_softmax": measured(read.mean, "nats"),
                "Mean by softmax, then log": measured(float(read.naive.mean()), "nats"),
                "Share of draws that are ∞": f"{written(100 * read.share_infinite, 4)} %",
                "Largest loss it still gives": measured(read.largest_finite, "nats"),
            }
        )
        st.caption(
            f"Each logit is a sum of {features} products of normal numbers, with a standard "
            f"deviation of √{features} = {written(math.sqrt(features), 4)}, so gaps of 100 are not "
            "rare. One infinite loss makes the mean of a batch infinite, and its "
            "gradient NaN: a network that starts like this never recovers."
        )
    with right:
        plot(
            figures.random_loss_histogram(read, precision, float(example["quoted"])),
            key="random-losses",
            alt=f"Histogram of {draws:,} losses of random logits; softmax and then log is infinite "
            f"in {100 * read.share_infinite:.2g} percent of them in {precision}.",
        )
        code_listing(random_logits_listing(features, classes, draws, seed, precision), unit="")
    return {"seed": seed}
