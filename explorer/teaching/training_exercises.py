"""What to try on the pages where networks are trained and compared."""

from __future__ import annotations

import math

from explorer.core.measured_on_mnist import PLAIN_FINALS, RACES, RELU_FINALS, span
from explorer.core.recorded_race import RECORDED_RACE, STEPS_TO_90
from explorer.figures.numbers import measured
from explorer.teaching.exercise import Exercise

_KAIMING, _NORMAL = RACES["Kaiming against plain normal"]

LIVE = (
    Exercise(
        "Cross-entropy against MSE from the same weights: which loss reaches 90 % first, and by "
        "how many steps? Bet, then press Play.",
        {"run": RECORDED_RACE, "at": "0"},
        f"Cross-entropy, after {STEPS_TO_90[0]} steps; MSE needs {STEPS_TO_90[1]} at the same "
        "learning rate. Compare the accuracy and one test loss, not the two training losses: their "
        "units differ.",
    ),
    Exercise(
        "Put a ReLU on the logits. What can go wrong? Press Train, then each network's number, and "
        "compare their confusion matrices.",
        {"race": "ReLU on the logits", "show": "Confusion"},
        "A class whose logit is negative for every image gets no gradient and never comes back: "
        "its column is empty. With another seed (Set up, More) other classes die, or none.",
    ),
    Exercise(
        "Kaiming against plain normal weights: press Train and watch the gradient norms from the "
        "first step.",
        {"race": "Kaiming against plain normal", "show": "Gradients"},
        f"On MNIST Kaiming begins at a test cross-entropy of {_KAIMING.first:.1f} nats, somewhat "
        f"above the ln 10 = {measured(math.log(10), 'nats', 3)} of knowing nothing; plain normal "
        f"weights begin at {_NORMAL.first:,.0f} nats, with gradients to match: exploding, not "
        "vanishing.",
    ),
)
SWEEP = (
    Exercise(
        "Which learning rate suits which loss? Train both at five rates and look along the rows.",
        {"sweep_loss": "1,2", "rates": "0.03, 0.1, 0.3, 1, 3", "seeds": "0"},
        "The best rate is a property of the loss too: a single rate for both favours one of them. "
        "Compare each loss at its own best.",
    ),
    Exercise(
        "How much is luck? Eight seeds of one setting.",
        {"sweep_loss": "1", "rates": "0.1", "seeds": "0-7"},
        "The accuracies differ although every setting but the seed is the same. A smaller "
        "difference between two settings means nothing when each was run only once.",
    ),
    Exercise(
        "Does a ReLU on the logits harm every run?",
        {"sweep_loss": "1", "sweep_relu": "1,2", "rates": "0.1", "seeds": "0-4"},
        "That depends on the rate, the images and the seed. On the small digits most of these runs "
        f"stay at ln 10 = {measured(math.log(10), 'nats', 5)}. On MNIST ten epochs end at "
        f"{span(RELU_FINALS[0.1], 1)} with it and at {span(PLAIN_FINALS[0.1], 1)} without; at the "
        f"notes' rate of 0.01 it is {span(RELU_FINALS[0.01])} against {span(PLAIN_FINALS[0.01])}. "
        "A class whose logit is negative for every image gets no gradient.",
    ),
)
COMPARE = (
    Exercise(
        "Tick a curve of cross-entropy and one of MSE from the same race. Which one learns faster?",
        {"x": "Epoch", "scale": "log"},
        "Read it from the test accuracy, and from one test loss for both, which is dotted. Their "
        "training losses are in nats and in squares: they have panels of their own, because the "
        "height of one says nothing about the other.",
    ),
    Exercise(
        "Turn the smoothing off and on. What does it hide, and what does it leave in place?",
        {"smoothing": "none", "scale": "linear"},
        "It hides the noise from batch to batch. Its start is right, since the average is "
        "corrected for beginning at 0, but it lags: at weight 0.98 by about 50 steps. By itself it "
        "averages over a fiftieth of a curve.",
    ),
    Exercise(
        "Train one race with several seeds, then join them. Is the difference between two losses "
        "larger than that between two seeds?",
        {"group": "seeds"},
        "Where the bands overlap, one run of each would not have settled it. The band reaches "
        "from the lowest to the highest seed, and the legend says how many there are. A standard "
        "error in its place tells how well the mean is known.",
    ),
)
