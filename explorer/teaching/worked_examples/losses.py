"""Worked examples A11 to A22: cross-entropy, squared error and hinge as losses."""

from __future__ import annotations

from explorer.teaching.worked_examples.example import WorkedExample, exactly, nats, numbered, plain

FIRST_OF_FIVE = (1.0, 0.0, 0.0, 0.0, 0.0)
Q1 = (0.4, 0.3, 0.05, 0.05, 0.2)
Q2 = (0.98, 0.01, 0.0, 0.0, 0.01)
SECOND_OF_FOUR = (0.0, 1.0, 0.0, 0.0)
FOUR_CLASSES_Q = (0.1, 0.6, 0.2, 0.1)
BATCH = ((2.0, -1.0, 3.0), (1.0, 0.0, -0.5))
BATCH_CLASSES = (2, 0)
MODEL_1 = ((0.3, 0.3, 0.4), (0.3, 0.4, 0.3), (0.1, 0.2, 0.7))
MODEL_2 = ((0.1, 0.2, 0.7), (0.1, 0.7, 0.2), (0.3, 0.4, 0.3))
MODELS_CLASSES = (2, 1, 0)
"""The labels 3, 2, 1 of the notes, counted from 0."""

ROWS = (
    WorkedExample(
        "two_guesses",
        "A11",
        ("000", "002"),
        "Five classes, the first is true: cross-entropy of two guesses",
        {"p": FIRST_OF_FIVE, "q1": Q1, "q2": Q2},
        numbered("class", 5),
        {"q1": nats("0.916291"), "q2": nats("0.020203"), "drop": nats("0.896088")},
    ),
    WorkedExample(
        "two_guesses_squared",
        "A12",
        ("000",),
        "The same step under squared error",
        {"p": FIRST_OF_FIVE, "q1": Q1, "q2": Q2},
        numbered("class", 5),
        {
            "sum, q1": exactly("0.4950"),
            "sum, q2": exactly("0.0006"),
            "mean, q1": exactly("0.0990"),
            "mean, q2": exactly("0.00012"),
            "drop of the root mean square": plain("0.303688"),
        },
    ),
    WorkedExample(
        "one_hot_of_four",
        "A13",
        ("001",),
        "Four classes, the second is true",
        {"p": SECOND_OF_FOUR, "q": FOUR_CLASSES_Q},
        numbered("class", 4),
        {"H(p,q)": nats("0.510826")},
    ),
    WorkedExample(
        "binary_cross_entropy",
        "A14",
        ("002", "003"),
        "Binary cross-entropy as the sum over two classes",
        {"y": 1, "probabilities": (0.9, 0.5, 0.1)},
        ("p = 0.9", "p = 0.5", "p = 0.1"),
        {
            "p = 0.9": nats("0.105361"),
            "p = 0.5": nats("0.693147"),
            "p = 0.1": nats("2.302585"),
        },
    ),
    WorkedExample(
        "sigmoid_as_softmax",
        "A15",
        ("004",),
        "The sigmoid is a softmax of two: σ(z) = softmax(z, 0)₁",
        {"z": 1.3},
        references={"σ(1.3)": plain("0.785835"), "softmax(1.3, 0)₁": plain("0.785835")},
    ),
    WorkedExample(
        "three_forms",
        "A16",
        ("001",),
        "Three forms: softmax, one sigmoid per label, one node",
        {
            "logits": BATCH,
            "classes": BATCH_CLASSES,
            "forms": (
                "softmax cross-entropy, for classes that exclude each other",
                "sigmoid cross-entropy of each label, for labels that do not",
                "binary cross-entropy of one node",
            ),
        },
        numbered("class", 3),
    ),
    WorkedExample(
        "softmax_batch",
        "A17",
        ("001",),
        "Softmax cross-entropy of a batch, by class index and by one-hot targets",
        {"logits": BATCH, "classes": BATCH_CLASSES},
        numbered("class", 3),
        {"row 1": nats("0.326563"), "row 2": nats("0.464369"), "mean": nats("0.395466")},
    ),
    WorkedExample(
        "sigmoid_batch",
        "A18",
        ("001",),
        "The same batch under a sigmoid for each label",
        {"logits": BATCH, "classes": BATCH_CLASSES},
        numbered("label", 3),
        {
            "row 1, label 1": nats("2.1269"),
            "row 1, label 2": nats("0.3133"),
            "row 1, label 3": nats("0.0486"),
            "row 2, label 1": nats("0.3133"),
            "row 2, label 2": nats("0.6931"),
            "row 2, label 3": nats("0.4741"),
        },
    ),
    WorkedExample(
        "loss_gradients",
        "A19",
        ("001",),
        "Gradients: q − y under softmax, (σ − y) x in logistic regression, the Jacobian",
        {"logits": BATCH, "classes": BATCH_CLASSES, "x": (0.5, -1.0, 2.0), "w": (0.3, 0.7, -0.2)},
        numbered("class", 3),
    ),
    WorkedExample(
        "vanishing_gradient",
        "A20",
        ("001", "002", "003"),
        "Sigmoid with squared error has a vanishing derivative, cross-entropy does not",
        {"z": -10.0, "y": 1, "saturated_logits": (-5.0, 5.0, 0.0)},
        references={
            "squared error": plain("-9.0787e-05"),
            "cross-entropy": plain("-0.999955"),
            "ratio": plain("11014"),
        },
    ),
    WorkedExample(
        "hinge_pairs",
        "A21",
        ("002",),
        "Hinge max(0, 1 − y·h), pairs of sign y and score h",
        {"pairs": ((1, 0.5), (1, -1.0), (-1, 0.5), (1, 2.0))},
        ("(1, 0.5)", "(1, −1)", "(−1, 0.5)", "(1, 2)"),
        {
            "(1, 0.5)": exactly("0.5"),
            "(1, −1)": exactly("2"),
            "(−1, 0.5)": exactly("1.5"),
            "(1, 2)": exactly("0"),
        },
    ),
    WorkedExample(
        "why_not_mse",
        "A22",
        ("002",),
        "“Why not MSE?”: predictions of two models for three rows",
        {"model_1": MODEL_1, "model_2": MODEL_2, "classes": MODELS_CLASSES},
        numbered("class", 3),
        {
            "model 1, squared error, row 1": exactly("0.54"),
            "model 1, squared error, row 2": exactly("0.54"),
            "model 1, squared error, row 3": exactly("1.34"),
            "model 1, squared error, mean": plain("0.8067"),
            "model 2, squared error, row 1": exactly("0.14"),
            "model 2, squared error, row 2": exactly("0.14"),
            "model 2, squared error, row 3": exactly("0.74"),
            "model 2, squared error, mean": exactly("0.34"),
            "model 1, cross-entropy, mean": nats("1.378389"),
            "model 2, cross-entropy, mean": nats("0.639108"),
        },
    ),
)
