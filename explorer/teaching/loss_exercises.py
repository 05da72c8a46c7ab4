"""Exercises of the pages on losses, and of the live race."""

from __future__ import annotations

import math

import numpy as np

from explorer.core.descent import descend_binary, steps_to_probability
from explorer.core.distributions import one_hot
from explorer.core.gather_slip import gathered_cross_entropy, indexed_columns_cross_entropy
from explorer.core.losses import (
    hinge,
    hinge_gradient,
    sigmoid,
    sigmoid_binary_cross_entropy,
    sigmoid_binary_cross_entropy_gradient,
    sigmoid_squared_error_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    softmax_squared_error_gradient,
    sparse_softmax_cross_entropy,
)
from explorer.core.measured_on_mnist import NOTES_SETTING
from explorer.core.stability import read_gap
from explorer.core.stability_limits import limits
from explorer.figures.numbers import written
from explorer.teaching.exercise import Exercise, listed, nats
from explorer.teaching.worked_examples import EXAMPLES

_BATCH, _WRONG = EXAMPLES["softmax_batch"], EXAMPLES["drop_is_not_gradient"]["wrong"]
_VANISHING, _UNSEEDED = EXAMPLES["vanishing_gradient"], EXAMPLES["unseeded_loss"]
_Z, _GAP = EXAMPLES["sigmoid_as_softmax"]["z"], EXAMPLES["softmax_then_log"]["gaps"][1]
_LOGITS = np.array(_BATCH["logits"])
# As many steps as the page shows: every server computes them when it starts.
_RACED = 200
_CLASSES = np.array(_BATCH["classes"])
_FIRST_ROW, _CLASS = _LOGITS[0], _BATCH["classes"][0]


def _steps(loss: str, start: float) -> str:
    steps = steps_to_probability(descend_binary(start, 1, loss, 1.0, _RACED), 0.9, 1)
    return f"more than {_RACED} steps" if steps is None else f"{steps:,} steps"


def _norm(gradient: np.ndarray) -> str:
    return written(float(np.linalg.norm(gradient)))


def _wrong_norms() -> tuple[str, str]:
    logits, target = np.log(np.array(_WRONG)), one_hot(0, len(_WRONG))
    return (
        _norm(softmax_cross_entropy_gradient(logits, target)),
        _norm(softmax_squared_error_gradient(logits, target)),
    )


BINARY = (
    Exercise(
        "The label is 1 and the logit −10: confidently wrong. Does cross-entropy or squared error "
        "still pull?",
        {"z": repr(_VANISHING["z"]), "y": str(_VANISHING["y"])},
        "Cross-entropy: its derivative is "
        f"{written(float(sigmoid_binary_cross_entropy_gradient(_VANISHING['z'], 1)))}; squared "
        f"error's is {written(float(sigmoid_squared_error_gradient(_VANISHING['z'], 1)))}. The "
        f"hinge pulls as well, with {written(float(hinge_gradient(_VANISHING['z'], 1)))}.",
        guesses=("Both", "Cross-entropy", "Squared error", "Neither"),
        right=1,
    ),
    Exercise(
        "Both descents start at −5 with learning rate 1. Press Play: which loss is first at a "
        "probability of 0.9, and by how many steps?",
        {"z": "-5.0", "y": "1", "rate": "1", "steps": str(_RACED), "see": "Descend"},
        f"Cross-entropy takes {_steps('sigmoid_binary_cross_entropy', -5.0)}, squared error "
        f"{_steps('sigmoid_squared_error', -5.0)}.",
        guesses=(
            "Squared error, by a few steps",
            "Cross-entropy, by a few steps",
            "Cross-entropy, by about a hundred steps",
        ),
        right=2,
        control="binary step",
        plot="binary-race",
    ),
    Exercise(
        f"At z = {_Z:g} the sigmoid says {written(float(sigmoid(_Z)), 3)}. Is the hinge loss "
        "satisfied there?",
        {"z": repr(_Z), "y": "1"},
        f"Yes: beyond the margin of 1 it is {written(float(hinge(_Z, 1)))}, while cross-entropy "
        f"is still {nats(sigmoid_binary_cross_entropy(_Z, 1))} at σ(z) = "
        f"{written(float(sigmoid(_Z)))}, and keeps pulling.",
        guesses=("Yes, it is 0", "No, it still pulls"),
        right=0,
    ),
)
MULTICLASS = (
    Exercise(
        "q gives the true class 0.01 and a wrong one 0.96. Which loss has the larger gradient?",
        {"edit": "probabilities", "q": listed(_WRONG), "y": "1", "show": "One example"},
        f"Cross-entropy: its gradient has the norm {_wrong_norms()[0]}, that of squared error "
        f"{_wrong_norms()[1]}. The worse the answer, the harder cross-entropy pulls; squared error "
        "barely does.",
        guesses=("Cross-entropy", "Squared error", "Neither: they are about the same"),
        right=0,
        control="multiclass probabilities",
    ),
    Exercise(
        "Logits 2, −1, 3, and the third class is true: its logit is the largest already. Which "
        "logits does a step of descent raise?",
        {"edit": "logits", "z": listed(_FIRST_ROW), "y": str(_CLASS + 1), "show": "One example"},
        "That of the true class alone. The gradient is q − p, that is, "
        + ", ".join(
            written(round(float(value), 3), 3)
            for value in softmax_cross_entropy_gradient(_FIRST_ROW, one_hot(_CLASS, 3))
        )
        + ", up to rounding. They sum to 0; the loss is "
        + f"{nats(softmax_cross_entropy(_FIRST_ROW, one_hot(_CLASS, 3)))}.",
        guesses=("None: the answer is right", "All of them", "That of the third class alone"),
        right=2,
    ),
    Exercise(
        "Ten equal logits: what loss does an untrained network begin with?",
        {"edit": "logits", "z": listed(np.zeros(10)), "y": "1", "show": "One example"},
        f"ln 10 = {nats(math.log(10))}. A network's first logits are not quite equal, so that "
        f"it begins a little above: with Kaiming's weights at {NOTES_SETTING.first:.1f} nats on "
        "MNIST. A loss in the thousands means that the initial weights are too large.",
        guesses=("0", f"ln 10, about {written(math.log(10), 2)} nats", "10 nats"),
        right=1,
    ),
)
THREE_FORMS = (
    Exercise(
        "Classes by index or one-hot: do both calls give the same loss?",
        {"part": "Index or one-hot"},
        f"Yes, {nats(sparse_softmax_cross_entropy(_LOGITS, _CLASSES).mean())} "
        "on average: an index says the same as the one-hot row, in less space.",
        guesses=("No, an index loses something", "Yes, to the last digit"),
        right=1,
        control="batch z",
        plot="batch-losses",
    ),
    Exercise(
        "output[:, Y] looks as if it picked the true logits. What comes out?",
        {"part": "Gather slip"},
        "Another loss, without a warning: "
        f"{nats(indexed_columns_cross_entropy(_LOGITS, _CLASSES))} instead of "
        f"{nats(gathered_cross_entropy(_LOGITS, _CLASSES))}. It makes a B × B matrix, every row "
        "at the true classes of all rows. Use gather.",
        guesses=("The same loss", "An error message", "Another loss, without a warning"),
        right=2,
        control="batch z",
        plot="column-losses",
    ),
    Exercise(
        "Skip-gram's loss of a word and its neighbour: where is the softmax?",
        {"part": "Skip-gram"},
        "It runs over all words: this is the softmax cross-entropy whose logits are the products "
        "u·v of the centre word with every word, −u·v of the true pair plus logsumexp over all.",
        guesses=("Over all words", "Over the two words of the pair", "There is none"),
        right=0,
        control="skip-gram centre",
        plot="word-vectors",
    ),
)
STABILITY = (
    Exercise(
        f"float32, a model that is sure and wrong, a logit gap of {_GAP:g}. How many of the three "
        "ways give the loss?",
        {"part": "Two logits", "dtype": "float32", "answer": "wrong", "gap": f"{_GAP:g}"},
        f"One: only log_softmax answers. The exponential of {_GAP:g} overflows, and softmax's "
        "probability underflows to 0, whose logarithm is −∞. The exact loss is "
        f"{nats(read_gap(_GAP, 'float32', right=False).exact)}.",
        guesses=("All three", "Two", "One"),
        right=2,
    ),
    Exercise(
        "The same gap in float64: is the trouble gone?",
        {"part": "Two logits", "dtype": "float64", "answer": "wrong", "gap": f"{_GAP:g}"},
        f"At {_GAP:g}, yes; the limits lie further out, at gaps of "
        f"{written(limits('float64').naive_fails)} and "
        f"{written(limits('float64').softmax_fails)}. More digits move the cliff; log_softmax has "
        "none.",
        guesses=("At this gap, yes", "At every gap, yes", "No"),
        right=0,
    ),
    Exercise(
        "Random inputs and weights, as in the notes: how often is the naive chain infinite?",
        {"part": "Random logits", "dtype": "float32"},
        f"In about {100 * _UNSEEDED.references['infinite, naive chain'].value:g} of 100 draws: "
        f"each logit is a sum of {_UNSEEDED['features']} products of normal numbers, and the gap "
        "to the true one exceeds 103 that often. One draw's loss, such as the notes' "
        f"{_UNSEEDED['quoted']}, says little about the next.",
        guesses=(
            "Never: the weights are ordinary",
            "In a few draws out of a hundred",
            "In most draws",
        ),
        right=1,
        control="stability seed",
        plot="random-losses",
    ),
)
NOTES_CHECKED = (
    Exercise(
        "“−log 0.4 ≈ 0.02”: right or wrong? The card tells which number was meant.",
        {"note": "B1"},
        f"Wrong. −ln 0.98 = {nats(-math.log(0.98))} was meant; −ln 0.4 is {nats(-math.log(0.4))}.",
        guesses=("Right", "Right in another base of the logarithm", "Wrong"),
        right=2,
        control="note-B1",
        plot="note-B1",
    ),
    Exercise(
        "Cross-entropy drops by more than squared error: is that why it learns faster?",
        {"note": "B3"},
        "No, nats and squares are different units. The gradients by the logits decide: the card "
        "shows both, and its link opens them.",
        guesses=("Yes", "No, the two drops cannot be compared", "No, squared error learns faster"),
        right=1,
        control="note-B3",
        plot="note-B3",
    ),
    Exercise(
        "Does the gradient vanish where the weights begin as plain normal numbers, without "
        "Kaiming's scale?",
        {"note": "B17"},
        "The other way round: plain normal weights of this size make it explode. The card's link "
        "opens the race that shows it.",
        guesses=("It explodes", "It vanishes", "It stays as it is"),
        right=0,
        control="note-B17",
        plot="note-B17",
    ),
)
