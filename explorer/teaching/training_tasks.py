"""What to try on the pages where networks are trained and compared."""

from __future__ import annotations

import math

from explorer.figures.numbers import measured
from explorer.teaching.task import Task

LIVE = (
    Task(
        "Cross-entropy against MSE from the same weights: which loss reaches 90 % first?",
        {"race": "CE against MSE"},
        "Cross-entropy, usually well before MSE at the same learning rate. Compare accuracy and "
        "the test loss, not the two training losses: their units differ.",
    ),
    Task(
        "Put a ReLU on the logits. What can go wrong?",
        {"race": "ReLU on the logits"},
        "A class whose logit is negative for every image gets no gradient and never comes back. "
        "Look at the confusion matrix for an empty column, and try another seed.",
    ),
    Task(
        "Kaiming against plain normal weights: watch the gradient norms from the first step.",
        {"race": "Kaiming against plain normal"},
        f"Kaiming begins near ln 10 = {measured(math.log(10), 'nats', 5)}; plain normal weights "
        "begin with a loss in the thousands and gradients to match: exploding, not vanishing.",
    ),
)
SWEEP = (
    Task(
        "Which learning rate suits which loss? Train both at five rates and look along the rows.",
        {"sweep_loss": "1,2", "rates": "0.03, 0.1, 0.3, 1, 3", "seeds": "0"},
        "The best rate is a property of the loss too: one and the same rate for both favours one "
        "of them. Compare each loss at its own best.",
    ),
    Task(
        "How much is luck? Eight seeds of one setting.",
        {"sweep_loss": "1", "rates": "0.1", "seeds": "0-7"},
        "The accuracies differ although every setting but the seed is the same. A difference "
        "between two settings that is smaller than this says nothing from one run each.",
    ),
    Task(
        "Does a ReLU on the logits harm every run?",
        {"sweep_loss": "1", "sweep_relu": "1,2", "rates": "0.1", "seeds": "0-4"},
        "Every one, but how much depends on the seed: on MNIST, ten epochs end between about 77 "
        "and 96 % where plain logits reach 98 %, and on the small digits most runs stay at "
        f"ln 10 = {measured(math.log(10), 'nats', 5)}. A class whose logit is negative for every "
        "image gets no gradient.",
    ),
)
COMPARE = (
    Task(
        "Tick a curve of cross-entropy and one of MSE from the same race. Who learns faster?",
        {"x": "Epoch", "scale": "log", "loss": "Cross-entropy"},
        "Read it from the test accuracy and from one test loss for both, on the right. The "
        "training losses on the left are in nats and in squares: they stand on axes of their own, "
        "because the height of one says nothing of the other.",
    ),
    Task(
        "Turn the smoothing off and on. What does it hide, and what does it not shift?",
        {"smoothing": "none", "scale": "linear"},
        "It hides the noise from batch to batch. Its start is right, since the average is "
        "corrected for beginning at 0, but it lags: with weight 0.98 by about 50 steps.",
    ),
    Task(
        "Train one race with several seeds, then join them. Is the difference between two losses "
        "larger than that between two seeds?",
        {"seeds": "mean and band"},
        "Where the bands overlap, one run each would not have told. The band reaches from the "
        "lowest to the highest seed, and the legend says how many there are.",
    ),
)
