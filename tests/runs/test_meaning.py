"""What metrics mean: by their names and values, by a file's mapping, and by what people say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.config import LOSS_LABELS
from explorer.runs.meaning import (
    SPLITS,
    WHATS,
    Meaning,
    better,
    from_texts,
    guessed,
    meanings_of,
    stem,
    to_texts,
)
from explorer.runs.series import CurveData, FileNotes, Series

MEANINGS = st.builds(Meaning, st.sampled_from(list(SPLITS)), st.sampled_from(list(WHATS)))


def data(**series: list[float]) -> CurveData:
    return CurveData({n: Series(np.arange(len(v)), v) for n, v in series.items()})


@pytest.mark.parametrize(
    ("name", "values", "split", "what"),
    [
        ("val_loss", [2.0], "validation", "loss"),
        ("train/loss", [2.0], "train", "loss"),
        ("eval_cross_entropy", [2.0], "validation", "cross_entropy"),
        ("test/accuracy", [0.5], "test", "accuracy"),
        ("test_full/accuracy", [0.5], "test_full", "accuracy"),
        ("Val Acc (%)", [55.0], "validation", "accuracy_percent"),
        ("val_acc", [-3.0], "validation", "other"),
        ("train_nll", [2.0], "train", "cross_entropy"),
        ("valid/bits_per_byte_bpb", [1.0], "validation", "cross_entropy_bits"),
        ("lr-Adam", [0.1], "", "learning_rate"),
        ("learning_rate", [0.1], "", "learning_rate"),
        ("train/grad_norm", [1.0], "train", "norm"),
        ("perplexity", [12.0], "", "perplexity"),
        ("valLoss", [2.0], "validation", "loss"),
        ("test/softmax_squared_error", [0.5], "test", "softmax_squared_error"),
        ("reward", [3.0], "", "other"),
        ("entropy_loss", [3.0], "", "loss"),
        ("val_f1", [0.3], "validation", "score"),
        ("validation_0-mlogloss", [0.3], "validation", "cross_entropy"),
        ("rmse", [0.3], "", "root_squared_error"),
        ("layer/gradient_norm_1", [0.3], "", "norm"),
    ],
)
def test_a_meaning_is_guessed_from_name_and_values(name, values, split, what):
    assert guessed(name, np.array(values)) == Meaning(split, what)


def test_what_has_its_like_on_validation_is_of_the_training():
    found = meanings_of(data(loss=[2.0], val_loss=[2.0], lr=[0.1], accuracy=[0.5]))
    assert found["loss"] == Meaning("train", "loss")
    assert found["val_loss"] == Meaning("validation", "loss")
    assert found["accuracy"] == Meaning("", "accuracy")
    both = meanings_of(data(loss=[2.0], train_loss=[2.0], val_loss=[2.0]))
    assert both["loss"].split == ""
    summed_up = meanings_of(data(loss=[2.0, 1.0], train_loss=[1.5], eval_loss=[2.0]))
    assert summed_up["loss"].split == "train"


def test_a_mapping_goes_before_the_name_and_a_person_before_both():
    mapping = {"train/cross_entropy": "metric_a", "test/accuracy": "metric_b"}
    file = replace(data(metric_a=[2.0], metric_b=[2.0]), file=FileNotes(mapping))
    assert meanings_of(file)["metric_a"] == Meaning("train", "cross_entropy")
    keras = replace(data(val_ce=[2.0]), file=FileNotes({"test/cross_entropy": "val_ce"}))
    assert meanings_of(keras)["val_ce"] == Meaning("validation", "cross_entropy")
    said = {"metric_a": Meaning("test", "norm"), "not there": Meaning()}
    found = meanings_of(file, said)
    assert found["metric_a"] == Meaning("test", "norm")
    assert found.keys() == {"metric_a", "metric_b"}


@given(st.text(), st.lists(st.floats(), max_size=4))
def test_every_series_of_whatever_name_and_values_has_a_meaning(name, values):
    assert name == "" or stem(name)
    assert guessed(name, np.array(values, np.float64)).what in WHATS


@given(st.dictionaries(st.text(), MEANINGS))
def test_meanings_are_kept_as_texts_without_loss(meanings):
    assert from_texts(to_texts(meanings)) == meanings


def test_what_a_later_version_knows_more_of_is_left_out():
    assert from_texts({"a": ["train", "loss"], "b": ["train", "sharpness"]}) == {
        "a": Meaning("train", "loss")
    }


def test_every_loss_gets_better_downwards_and_accuracy_upwards():
    assert {better(loss) for loss in ("loss", *LOSS_LABELS, "perplexity")} == {-1}
    assert {better(one) for one in ("accuracy", "accuracy_percent", "score")} == {1}
    assert {better(one) for one in ("norm", "learning_rate", "other")} == {0}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("val_loss", "loss"), ("train/loss", "loss"), ("loss", "loss"), ("val_acc", "accuracy"),
        ("train_loss_epoch", "loss"), ("epoch", "epoch"), ("train/box_loss", "box loss"),
        ("test_full/accuracy", "accuracy"), ("train", "train"),
    ],
)  # fmt: skip
def test_a_stem_is_the_name_without_what_tells_the_split(name, expected):
    assert stem(name) == expected
