"""What to try on the pages where networks are trained and compared."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

from explorer.core.measured_on_mnist import PLAIN_FINALS, RACES, RELU_FINALS, span
from explorer.core.recorded_race import (
    RECORDED_RACE,
    RECORDED_SWEEP,
    STEPS_TO_90,
    SWEEP_FAST_CELLS,
    SWEEP_FINALS,
    SWEEP_RUN,
)
from explorer.figures.numbers import measured
from explorer.teaching.exercise import Exercise

_KAIMING, _NORMAL = RACES["Kaiming against plain normal"]
_CROSS_ENTROPY = SWEEP_FINALS["cross_entropy"]
_SQUARED_ERROR = SWEEP_FINALS["softmax_squared_error"]
_SLOW, _GOOD, _FAST = _SQUARED_ERROR


def _lost(finals: Mapping[float, tuple[float, float]]) -> str:
    """Return what the slow rate costs, from mean to mean."""
    good, slow = (statistics.mean(finals[rate]) for rate in (_GOOD, _SLOW))
    return f"from {100 * good:.1f} to {100 * slow:.1f} %"


def _each(finals: tuple[float, float]) -> str:
    return " and ".join(f"{100 * one:.1f} %" for one in sorted(finals))


LIVE = (
    Exercise(
        "Cross-entropy against MSE from the same weights: which loss reaches 90 % first, and by "
        "how many steps? Press Play.",
        {"run": RECORDED_RACE, "at": "0"},
        f"Cross-entropy, after {STEPS_TO_90[0]} steps; MSE needs {STEPS_TO_90[1]} at the same "
        "learning rate. Compare the accuracy and one test loss, not the two training losses: their "
        "units differ.",
        guesses=("MSE", "Cross-entropy", "Both at the same step"),
        right=1,
    ),
    Exercise(
        "Put a ReLU on the logits. What can go wrong? Press Train, then each network's number, and "
        "compare their confusion matrices.",
        {"race": "ReLU on the logits", "show": "Confusion"},
        "A class whose logit is negative for every image gets no gradient and never comes back: "
        "its column is empty. With another seed (Set up, More) other classes die, or none.",
        guesses=(
            "The loss explodes",
            "Both classify alike, one is slower",
            "Some digits are never recognised",
        ),
        right=2,
        plot="race-to-come",
    ),
    Exercise(
        "Kaiming against plain normal weights: press Train and watch the gradient norms from the "
        "first step. What do those of the plain weights do?",
        {"race": "Kaiming against plain normal", "show": "Gradients"},
        f"On MNIST Kaiming begins at a test cross-entropy of {_KAIMING.first:.1f} nats, somewhat "
        f"above the ln 10 = {measured(math.log(10), 'nats', 3)} of knowing nothing; plain normal "
        f"weights begin at {_NORMAL.first:,.0f} nats, with gradients to match: exploding, not "
        "vanishing.",
        guesses=("They explode", "They vanish", "They are like Kaiming's"),
        right=0,
        plot="race-to-come",
    ),
)
SWEEP = (
    Exercise(
        f"Two losses at four learning rates: which one suffers more at {_SLOW:g}, a hundred times "
        "less than its best rate here? Look along the rows.",
        {"sweep": RECORDED_SWEEP, "show": "Map", "by": "Test accuracy"},
        f"Squared error: its accuracy falls {_lost(_SQUARED_ERROR)}, that of cross-entropy "
        f"{_lost(_CROSS_ENTROPY)}. The rate is a property of the loss too: a single rate for both "
        "favours one of them. Compare each loss at its own best.",
        guesses=("Cross-entropy", "Squared error", "Both lose the same"),
        right=1,
    ),
    Exercise(
        "How much is luck? Train eight seeds of one setting: how far apart do they end?",
        {"sweep_loss": "1", "rates": "0.1", "seeds": "0-7"},
        "The accuracies differ although every setting but the seed is the same. A smaller "
        "difference between two settings means nothing when each was run only once.",
        guesses=("Apart, but not far", "All at the same accuracy", "Anywhere from 10 % to 100 %"),
        right=0,
    ),
    Exercise(
        "Does a ReLU on the logits harm every run? Train the grid.",
        {"sweep_loss": "1", "sweep_relu": "1,2", "rates": "0.1", "seeds": "0-4"},
        "That depends on the rate, the images and the seed. On the small digits most of these runs "
        f"stay at ln 10 = {measured(math.log(10), 'nats', 5)}. On MNIST ten epochs end at "
        f"{span(RELU_FINALS[0.1], 1)} with it and at {span(PLAIN_FINALS[0.1], 1)} without; at the "
        f"notes' rate of 0.01 it is {span(RELU_FINALS[0.01])} against {span(PLAIN_FINALS[0.01])}. "
        "A class whose logit is negative for every image gets no gradient.",
        guesses=("Yes, every run", "None", "It depends on the rate, the images and the seed"),
        right=2,
    ),
)
COMPARE = (
    Exercise(
        "Tick a curve of cross-entropy and one of MSE from the same race. Can one tell from their "
        "training losses which one learns faster?",
        {"x": "Epoch", "scale": "log"},
        "No: they are in nats and in squares, and have panels of their own, because the height of "
        "one says nothing about the other. Read it from the test accuracy, or from one test loss "
        f"for both, which is dotted. In the recorded race cross-entropy is at 90 % after "
        f"{STEPS_TO_90[0]} steps, MSE after {STEPS_TO_90[1]}.",
        guesses=("Yes, the lower curve", "No, their units differ", "Yes, the steeper curve"),
        right=1,
    ),
    Exercise(
        "Turn the smoothing off and on. What does it hide, and what does it leave in place?",
        {"smoothing": "none", "scale": "linear"},
        "It hides the noise from batch to batch. Its start is right, since the average is "
        "corrected for beginning at 0, but it lags: at weight 0.98 by about 50 steps. By itself it "
        "averages over 1 to 3 % of a curve.",
        guesses=("It hides where the curve ends", "It hides the start", "It hides the noise"),
        right=2,
    ),
    Exercise(
        f"The sweep's curves at rates {_GOOD:g} and {_FAST:g}, the two seeds of each joined to a "
        "band: is the difference between two losses larger than that between two seeds?",
        {"runs": ",".join(f"{SWEEP_RUN}:{cell}" for cell in SWEEP_FAST_CELLS), "group": "seeds"},
        f"At {_GOOD:g}, yes: cross-entropy ends at {_each(_CROSS_ENTROPY[_GOOD])}, squared error "
        f"at {_each(_SQUARED_ERROR[_GOOD])}, and the bands are apart. At {_FAST:g}, no: the two "
        f"seeds of squared error end at {_each(_SQUARED_ERROR[_FAST])}. Where bands overlap, one "
        "run of each would not have settled it. The band reaches from the lowest to the highest "
        "seed, and the legend says how many there are.",
        guesses=("At one rate", "At both rates", "At neither"),
        right=0,
    ),
)
