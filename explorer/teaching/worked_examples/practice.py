"""Worked examples A23 to A32: frameworks, numerical stability, skip-gram and MNIST."""

from __future__ import annotations

from explorer.teaching.worked_examples.example import (
    Printed,
    WorkedExample,
    exactly,
    nats,
    numbered,
    plain,
)
from explorer.teaching.worked_examples.losses import BATCH, BATCH_CLASSES

ROWS = (
    WorkedExample(
        "cross_entropy_is_nll",
        "A23",
        ("000", "002"),
        "cross_entropy of logits equals nll_loss of their log_softmax",
        {"features": 784, "classes": 10},
    ),
    WorkedExample(
        "softmax_then_log",
        "A24",
        ("002",),
        "softmax and then log loses what log_softmax keeps",
        {"dtype": "float32", "gaps": (100.0, 110.0)},
        references={
            "exp overflows above": plain("88.72"),
            "the answer is lost at a gap of": plain("103.3"),
            "gap 100": nats("99.983"),
            "gap 110": Printed("inf", "nats"),
        },
    ),
    WorkedExample(
        "skip_gram",
        "A25",
        ("004",),
        "Skip-gram: −u·v + logsumexp is softmax cross-entropy",
        {"scores": (0.1, 1.9, -0.1), "true_class": 1},
        numbered("word", 3),
        {"−u·v + logsumexp": nats("0.262852"), "softmax cross-entropy": nats("0.262852")},
    ),
    WorkedExample(
        "logsumexp_form",
        "A26",
        ("004",),
        "−Σ y ln p equals minus the true logit plus logsumexp",
        {"logits": (0.5, 2.0, -1.0), "true_class": 1},
        numbered("class", 3),
        {"−Σ y ln p": nats("0.241311"), "−z + logsumexp": nats("0.241311")},
    ),
    WorkedExample(
        "gathered_batch_loss",
        "A27",
        ("004",),
        "The loss of a batch: gather the true logit, minus logsumexp, mean",
        {"logits": BATCH, "classes": BATCH_CLASSES},
        numbered("class", 3),
    ),
    WorkedExample(
        "mnist_practice",
        "A28",
        ("003",),
        "MNIST practice: a network of three layers made by hand",
        {
            "layers": (784, 200, 200, 10),
            "init": "Kaiming normal",
            "optimizer": "SGD",
            "batch_size": 200,
            "learning_rate": 0.01,
            "epochs": 10,
        },
        numbered("digit", 10),
        {"parameters": exactly("199210"), "loss at chance": nats("2.302585")},
    ),
    WorkedExample(
        "practice_variations",
        "A29",
        ("003",),
        "Variations of the practice",
        {
            "switches": (
                "ReLU on the logits",
                "Kaiming or plain normal weights",
                "gradient norm of each layer",
                "cross-entropy, squared error or hinge",
            )
        },
    ),
    WorkedExample(
        "mse_converges_slower",
        "A30",
        ("002", "003"),
        "MSE “converges slower, but sometimes useful, e.g. meta-learning”",
        {"race": "CE against MSE"},
    ),
    WorkedExample(
        "framework_names",
        "A31",
        ("001",),
        "TensorFlow's names beside PyTorch's",
        {
            "pytorch_name": {
                "tf.nn.softmax_cross_entropy_with_logits": "F.cross_entropy, class probabilities",
                "tf.nn.sparse_softmax_cross_entropy_with_logits": "F.cross_entropy, class indices",
                "tf.nn.sigmoid_cross_entropy_with_logits": "F.binary_cross_entropy_with_logits",
            }
        },
    ),
    WorkedExample(
        "skip_gram_objectives",
        "A32",
        ("004",),
        "Skip-gram over a window, and negative sampling",
        {
            "window_average": r"-\frac1T\sum_{t=1}^{T}\sum_{\substack{-m\le j\le m\\ j\ne 0}}"
            r"\ln p(w_{t+j}\mid w_t)",
            "negative_sampling": r"-\ln\sigma(u_o^{\mathsf T}v_c)"
            r"-\sum_{k=1}^{K}\ln\sigma(-u_k^{\mathsf T}v_c)",
        },
    ),
)
