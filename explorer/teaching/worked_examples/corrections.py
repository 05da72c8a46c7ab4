"""Inputs and printed values of the corrections B1 to B21, what the notes get wrong.

`quoted` is what the notes themselves print, wrong as it may be.
"""

from __future__ import annotations

from explorer.teaching.worked_examples.example import (
    WorkedExample,
    bits,
    exactly,
    nats,
    numbered,
    plain,
)
from explorer.teaching.worked_examples.information import NEARLY_DECIDED, SKEWED, UNIFORM
from explorer.teaching.worked_examples.losses import (
    BATCH,
    BATCH_CLASSES,
    FIRST_OF_FIVE,
    FOUR_CLASSES_Q,
    MODEL_1,
    MODEL_2,
    MODELS_CLASSES,
    Q1,
    Q2,
)

_FIVE = {"p": FIRST_OF_FIVE, "q1": Q1, "q2": Q2}
_MODELS = {"model_1": MODEL_1, "model_2": MODEL_2, "classes": MODELS_CLASSES}
_CLASSES = numbered("class", 5)

ROWS = (
    WorkedExample(
        "B1",
        ("000",),
        "−log 0.4 ≈ 0.02 for q₂",
        _FIVE | {"quoted": "0.02"},
        _CLASSES,
        {"−ln 0.98": nats("0.020203")},
    ),
    WorkedExample(
        "B2",
        ("000",),
        "Cross-entropy drops by about 0.8, MSE by 0.3 to 0.4",
        _FIVE | {"quoted": ("0.8", "0.3", "0.4")},
        _CLASSES,
        {
            "cross-entropy": nats("0.8961"),
            "sum of squares": plain("0.4944"),
            "mean of squares": plain("0.0989"),
            "root mean square": plain("0.3037"),
        },
    ),
    WorkedExample(
        "B3",
        ("000",),
        "A larger drop in the loss means a faster gradient",
        _FIVE | {"wrong": (0.01, 0.96, 0.01, 0.01, 0.01)},
        _CLASSES,
        {
            "q1, cross-entropy": plain("0.7036"),
            "q1, sum of squares": plain("0.4809"),
            "q1, mean of squares": plain("0.0962"),
            "q2, cross-entropy": plain("0.0245"),
            "q2, sum of squares": plain("0.00144"),
            "q2, mean of squares": plain("0.00029"),
            "wrong, cross-entropy": plain("1.3791"),
            "wrong, sum of squares": plain("0.1045"),
            "wrong, mean of squares": plain("0.0209"),
        },
    ),
    WorkedExample(
        "B4",
        ("000", "002", "003"),
        "High entropy is stable, without surprise, less information",
        {"p": NEARLY_DECIDED},
        numbered("person", 4),
        {"I(0.001)": bits("9.966"), "H(p)": bits("0.0342")},
    ),
    WorkedExample(
        "B5",
        ("000",),
        "log₂ for entropy and ln for cross-entropy, unlabelled",
        {"p": FIRST_OF_FIVE, "q": Q1},
        _CLASSES,
        {"nats": nats("0.9163"), "bits": bits("1.3219")},
    ),
    WorkedExample(
        "B6",
        ("000", "003", "004"),
        "KL divergence is a distance",
        {"p": SKEWED, "q": UNIFORM, "impossible": (0.5, 0.5, 0.0, 0.0)},
        numbered("outcome", 4),
        {"D(p‖u)": bits("0.643220"), "D(u‖p)": bits("0.620089")},
    ),
    WorkedExample(
        "B7",
        ("001",),
        "[0, 1, 0, 1] is one-hot",
        {"labels": (0.0, 1.0, 0.0, 1.0), "q": FOUR_CLASSES_Q},
        numbered("class", 4),
        {
            "sum": exactly("2"),
            "raw": nats("2.8134"),
            "H(p,q)": nats("1.4067"),
            "H(p)": nats("0.6931"),
            "D(p‖q)": nats("0.7136"),
            "four labels": nats("3.1419"),
        },
    ),
    WorkedExample(
        "B8",
        ("001",),
        "Cross-entropy replaces KL divergence because targets are one-hot",
        {"p": SKEWED, "q": UNIFORM},
        numbered("class", 4),
    ),
    WorkedExample(
        "B9",
        ("001",),
        "Cross-entropy measures the difference of two distributions",
        {"p": SKEWED},
        numbered("outcome", 4),
    ),
    WorkedExample(
        "B10",
        ("002",),
        "[.001, .001, .001, .999] is a distribution",
        {"vector": (0.001, 0.001, 0.001, 0.999), "p": NEARLY_DECIDED, "quoted": "0.0313"},
        numbered("person", 4),
        {"sum": plain("1.002"), "raw": bits("0.0313"), "H(p)": bits("0.034219")},
    ),
    WorkedExample(
        "B11",
        ("002",),
        "The MSE of the first model is 0.54",
        _MODELS | {"quoted": "0.54"},
        numbered("class", 3),
        {"row 1": exactly("0.54"), "mean": plain("0.8067")},
    ),
    WorkedExample(
        "B12",
        ("002",),
        "The tables show that MSE is bad",
        _MODELS,
        numbered("class", 3),
        {"accuracy": plain("0.6667")},
    ),
    WorkedExample(
        "B13",
        ("002", "003"),
        "H(p,q) = Σ p log q, and the entropy of one-hot is 1 log 1",
        {"p": FIRST_OF_FIVE, "q": Q1},
        _CLASSES,
        {"H(p)": bits("0", exact=True), "H(p,q)": nats("0.916291")},
    ),
    WorkedExample(
        "B14",
        ("002",),
        "Hinge with labels 0 and 1",
        {"scores": (-2.0, -0.5, 0.5, 2.0)},
        references={"loss at y = 0": exactly("1")},
    ),
    WorkedExample(
        "B15",
        ("002",),
        "The loss is 82.4905",
        {"features": 784, "classes": 10, "draws": 20_000, "seed": 0, "quoted": "82.4905"},
        references={"mean": nats("43.2"), "infinite, naive chain": plain("0.03")},
    ),
    WorkedExample(
        "B16",
        ("003",),
        "ReLU on the logits",
        {"race": "ReLU on the logits", "seeds": (0, 1, 2, 3, 4)},
        references={
            "seed 0": plain("0.70"),
            "seed 1": plain("0.70"),
            "seed 2": plain("0.89"),
            "seed 3": plain("0.70"),
            "seed 4": plain("1.00"),
            "without, every seed": plain("1.00"),
        },
    ),
    WorkedExample(
        "B17",
        ("003",),
        "Without Kaiming init the gradient vanishes",
        {"race": "Kaiming against plain normal", "layers": (784, 200, 200, 10)},
        references={"loss at chance": nats("2.302585")},
    ),
    WorkedExample(
        "B18",
        ("003",),
        "F.nll.loss, of softmax and then log",
        {"quoted": "F.nll.loss", "right": "F.nll_loss", "gap": 110.0},
    ),
    WorkedExample(
        "B19",
        ("004",),
        "output_layer[:, Y] picks the true logit",
        {"logits": BATCH, "classes": BATCH_CLASSES},
        numbered("class", 3),
        {"indexed columns": nats("1.0205"), "gathered": nats("0.3955")},
    ),
    WorkedExample(
        "B20",
        ("004",),
        "Four classes with q = [.7, .1, .1]",
        {"p": (1.0, 0.0, 0.0, 0.0), "vector": (0.7, 0.1, 0.1), "q": (0.7, 0.1, 0.1, 0.1)},
        numbered("class", 4),
        {"sum": exactly("0.9"), "H(p,q)": nats("0.3567")},
    ),
    WorkedExample(
        "B21",
        ("000", "002", "003"),
        "D(p|q)",
        {"p": SKEWED, "q": UNIFORM},
        numbered("outcome", 4),
    ),
)
