"""The pages of the three forms and of numerical stability, without a browser."""

from __future__ import annotations

import io
import math
import re
from contextlib import redirect_stdout

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.figures.numbers import written
from explorer.teaching.labelled_presets import LABELLED_PRESETS
from explorer.teaching.worked_examples import EXAMPLES
from tests.pages.page_steps import address as kept
from tests.pages.page_steps import components, metrics, opened, visited

_MANY = {"z": "1/3,-0.7,2.25,0", "labels": "2,4", "node": "1"}
SHOWN = re.compile(r"`(\w+)` = ([^,\s]+(?: a number)?)")


def number(text: str) -> float:
    """Read a number as the pages write it, with its unit or without."""
    first = text.split()[0].replace("−", "-")
    power = re.fullmatch(r"(.+)·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", first)
    if power is None:
        return float(first.replace("∞", "inf"))
    exponent = power[2].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return float(f"{power[1]}e{exponent}")


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def results_shown(app: AppTest) -> list[list[str]]:
    """What the page says that each of its listings prints, one list for each listing."""
    return [
        [value for _, value in SHOWN.findall(caption)]
        for caption in captions(app)
        if SHOWN.match(caption)
    ]


def results_of_running(app: AppTest) -> list[list[str]]:
    """What each listing on the page prints when it is copied and run, written as on the page."""
    printed = []
    for block in app.code:
        output = io.StringIO()
        with redirect_stdout(output):
            exec(compile(block.value, "listing", "exec"), {})
        printed.append([written(float(line)) for line in output.getvalue().split()])
    return printed


def assert_code_gives_the_numbers_on_screen(app: AppTest, listings: int) -> None:
    assert len(app.code) == listings
    assert results_of_running(app) == results_shown(app)


def tables(app: AppTest) -> list[list[list[str]]]:
    return [table.value.astype(str).values.tolist() for table in app.table]


# -------------------------------------------------------------------------------- three forms


@pytest.mark.parametrize(
    ("part", "link", "listings"),
    [
        ("Three forms", {}, 1),
        ("Three forms", _MANY, 1),
        ("Three forms", _MANY | {"form": "2 Sigmoids"}, 1),
        ("Three forms", _MANY | {"form": "3 One node"}, 1),
        ("Three forms", {"labels": "0"}, 0),
        ("Index or one-hot", {}, 1),
        ("Gather slip", {"z1": "0.1,0.2,0.3", "z2": "1/7,5,-1", "y1": "2", "y2": "2"}, 1),
        ("Skip-gram", {}, 1),
        ("Skip-gram", {"objective": "negative sampling", "negatives": "1,2,3"}, 1),
        ("Skip-gram", {"objective": "negative sampling", "negatives": "0"}, 1),
        ("Skip-gram", {"objective": "whole text", "text": "cat, mat, cat", "window": "2"}, 1),
        ("Skip-gram", {"objective": "whole text", "v1": "1,0,-1,2", "v2": "0,1,1,0"}, 1),
    ],
)
def test_the_code_on_screen_gives_the_numbers_on_screen(part, link, listings):
    app = opened("three_forms", part=part, **link)
    assert not app.error
    assert_code_gives_the_numbers_on_screen(app, listings)


def test_a17_and_a18_are_what_the_page_opens_with():
    app = opened("three_forms", form="2 Sigmoids")
    shown, row = metrics(app), EXAMPLES["sigmoid_batch"].references
    assert EXAMPLES["softmax_batch"].references["row 1"].agrees(number(shown["1 Softmax, H(p,q)"]))
    losses = [float(line[2]) for line in tables(app)[0]]
    for label, loss in enumerate(losses, 1):
        assert row[f"row 1, label {label}"].agrees(loss)
    assert number(shown["2 Sigmoids, sum"]) == pytest.approx(sum(losses), rel=1e-5)
    assert number(shown["Mean, PyTorch's default"]) == pytest.approx(sum(losses) / 3, rel=1e-5)


@pytest.mark.parametrize("name", LABELLED_PRESETS)
def test_every_example_of_the_lecture_can_be_loaded(name):
    app = opened("three_forms")
    app.menu_button(key="forms example").click(name).run()
    assert not app.exception
    preset = LABELLED_PRESETS[name]
    (editor,) = components(app, "bar_editor").values()
    assert editor["state"]["values"] == {"z": list(preset.logits)}
    assert editor["state"]["names"] == list(preset.names)
    assert any(preset.note in caption for caption in captions(app))


def test_a14_the_node_shows_the_binary_losses_of_the_lecture():
    app = opened("three_forms")
    app.menu_button(key="forms example").click("Three yes-or-no answers").run()
    app.button_group(key="forms form").set_value("3 One node").run()
    for node, printed in enumerate(EXAMPLES["binary_cross_entropy"].references.values()):
        app.selectbox(key="forms node").set_value(node).run()
        shown = metrics(app)
        assert number(shown["3 One node, y = 1"]) == pytest.approx(printed.value, abs=6e-6)
        assert shown["σ(z)"] == shown["softmax(z, 0)₁"]


def test_b7_labels_that_are_not_one_hot_are_explained_with_their_numbers():
    app = opened("three_forms")
    app.menu_button(key="forms example").click("Labels 0, 1, 0, 1, softmax").run()
    (said,) = [info.value for info in app.info]
    references = EXAMPLES["two_hot_labels"].references
    assert "[0, 1, 0, 1] is not one-hot: it sums to 2" in said
    for name in ("raw", "H(p,q)", "H(p)", "D(p‖q)"):
        numbers = map(float, re.findall(r"\d+\.\d+", said))
        assert any(references[name].agrees(value) for value in numbers), name
    app.menu_button(key="forms example").click("Labels 0, 1, 0, 1, sigmoids").run()
    assert references["four labels"].agrees(number(metrics(app)["2 Sigmoids, sum"]))


def test_without_a_true_class_softmax_has_no_loss_and_the_sigmoids_have():
    app = opened("three_forms", z="0,0", labels="0")
    assert metrics(app)["1 Softmax, H(p,q)"] == "no true class"
    assert "softmax needs one" in app.info[0].value
    assert number(metrics(app)["2 Sigmoids, sum"]) == pytest.approx(2 * math.log(2), rel=1e-5)


def test_labels_are_chosen_by_their_pills():
    app = opened("three_forms")
    app.button_group(key="forms labels").set_value([0, 2]).run()
    assert "sums to 2" in app.info[0].value
    assert kept(app)["labels"] == "1,3"


def test_a31_both_frameworks_are_named_beside_the_forms():
    app = opened("three_forms")
    said = " ".join(markdown.value for markdown in app.markdown)
    app.button_group(key="forms form").set_value("2 Sigmoids").run()
    said += " ".join(markdown.value for markdown in app.markdown)
    for tensorflow, torch in EXAMPLES["framework_names"]["pytorch_name"].items():
        assert tensorflow.removeprefix("tf.nn.") in said
        assert torch.partition(",")[0] in said


def test_a_link_to_a_logit_opens_the_losses_unless_it_names_another_view():
    app = opened("binary", z="-5", see="Descend")
    assert components(app, "plot").keys() >= {"binary-race"}
    visited(app, "binary", z="1.3", y="1", via="task-3")
    assert components(app, "plot").keys() == {"binary-losses", "binary-derivatives"}


def test_a17_index_and_one_hot_give_the_same_losses():
    rows = tables(opened("three_forms", part="Index or one-hot"))[0]
    references = EXAMPLES["softmax_batch"].references
    for (_, _, _, sparse, dense), name in zip(rows, ("row 1", "row 2", "mean"), strict=True):
        assert sparse == dense
        assert references[name].agrees(float(sparse))


def test_b19_the_slip_and_what_was_meant_stand_beside_each_other():
    app = opened("three_forms", part="Gather slip")
    shown, references = metrics(app), EXAMPLES["gather_slip"].references
    assert references["gathered"].agrees(number(shown["Gathered"]))
    assert references["indexed columns"].agrees(number(shown["Columns indexed"]))
    assert number(shown["Lowest loss the slip can reach"]) == pytest.approx(math.log(2), rel=1e-5)
    (heat,) = components(app, "plot")["column-losses"]["figure"]["data"]
    drawn = np.array(heat["text"], dtype=float)
    assert drawn.mean() == pytest.approx(number(shown["Columns indexed"]), rel=1e-3)
    assert np.diag(drawn).mean() == pytest.approx(number(shown["Gathered"]), rel=1e-3)


# ----------------------------------------------------------------------------------- skip-gram


def test_a25_the_scores_of_the_lecture_open_the_vocabulary():
    app = opened("three_forms", part="Skip-gram")
    printed = EXAMPLES["skip_gram"].references["−u·v + logsumexp"]
    assert printed.agrees(number(metrics(app)["−u·v + logsumexp"]))


@pytest.mark.parametrize("objective", ["full softmax", "negative sampling"])
def test_a_step_along_the_arrows_lowers_the_loss(objective):
    app = opened("three_forms", part="Skip-gram", objective=objective)

    def loss() -> float:
        return number(next(v for k, v in metrics(app).items() if "u·v" in k or "Loss" in k))

    before = loss()
    for _ in range(3):
        app.button[0].click().run()
        assert not app.exception
        assert loss() < before
        before = loss()


def test_a32_the_objective_of_a_text_divides_by_its_words():
    app = opened("three_forms", part="Skip-gram", objective="whole text", text="cat sat")
    pair = number(metrics(app)["Window-averaged objective"])
    assert metrics(app)["Pairs"] == "2"
    again = opened("three_forms", part="Skip-gram", objective="whole text", text="cat sat cat sat")
    # Three neighbouring places of the same two words, both ways, over twice the words.
    assert number(metrics(again)["Window-averaged objective"]) == pytest.approx(
        pair * 3 / 2, rel=1e-5
    )


def test_a_word_that_the_vocabulary_lacks_is_named_and_the_last_good_text_counts():
    app = opened("three_forms", part="Skip-gram", objective="whole text")
    before = metrics(app)
    app.text_input(key="skip-gram text").set_value("cat <b>dog</b>").run()
    assert not app.exception
    (said,) = [error.value for error in app.error]
    assert "is not in the vocabulary: cat, sat, mat" in said
    assert "last good text" in said
    assert metrics(app) == before


def test_another_vocabulary_brings_its_words_and_asks_for_a_text_in_them():
    app = opened("three_forms", part="Skip-gram", objective="whole text", text="cat sat")
    app.menu_button(key="skip-gram vocabulary").click("Two topics").run()
    assert not app.exception
    for editor in components(app, "bar_editor").values():
        assert editor["state"]["names"] == ["tea", "milk", "ball", "goal"]
    assert "Write the text in these words" in app.error[0].value
    app.text_input(key="skip-gram text").set_value("tea milk tea goal").run()
    assert not app.error
    assert_code_gives_the_numbers_on_screen(app, 1)


def test_a_vocabulary_in_a_link_may_have_another_size():
    link = {"v1": "1,2,3,4", "v2": "0,0,0,1", "u1": "0.5,0,0,0", "u2": "0,0,0,-1"}
    app = opened("three_forms", part="Skip-gram", name=["a", "b", "c", "d"], **link)
    states = [editor["state"] for editor in components(app, "bar_editor").values()]
    assert [state["names"] for state in states] == [["a", "b", "c", "d"]] * 2
    assert states[1]["values"]["u1"] == [0.5, 0, 0, 0]


def test_vectors_that_are_too_long_are_said_in_a_sentence():
    huge = "1e200,0,0"
    app = opened("three_forms", part="Skip-gram", v1=huge, v2="0,0,0", u1=huge, u2="0,0,0")
    assert [error.value for error in app.error] == [
        "A vector is too long to compute with: use numbers up to 1e+100."
    ]


# --------------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("address", "link"),
    [
        (
            "three_forms",
            {
                "z": "0.1,2,-1/3",
                "labels": "1,2",
                "node": "2",
                "name": ["a", "b", "a"],
                "form": "3 One node",
            },
        ),
        ("three_forms", {"part": "Gather slip", "z1": "1,2", "z2": "3,4", "y1": "2", "y2": "1"}),
        ("three_forms", {"part": "Index or one-hot", "z1": "1,2", "z2": "3,4"}),
        (
            "three_forms",
            {"part": "Skip-gram", "centre": "2", "context": "3", "objective": "whole text"}
            | {"text": "mat, sat", "window": "3"},
        ),
        ("stability", {"dtype": "bfloat16", "answer": "right", "gap": "12.3456789"}),
        ("stability", {"part": "Random logits", "dtype": "float16", "seed": "17"}),
    ],
)
def test_the_address_that_a_page_keeps_shows_the_same_again(address, link):
    first = opened(address, **link)
    asked = kept(first)
    for name in link.keys() - {"z"}:
        assert asked[name] == link[name], name
    second = opened(address, **asked)
    assert kept(second) == asked
    assert metrics(second) == metrics(first)
    assert [block.value for block in second.code] == [block.value for block in first.code]
    visited(first, "entropy")
    visited(first, address)
    assert kept(first) == asked


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"labels": "7"}, "there are 1 to 3"),
        ({"labels": "x,1"}, "“x,1” as labels"),
        ({"node": "-1"}, "“-1” as node"),
        ({"node": "99999999999"}, "as node"),
        ({"part": "Gather slip", "y1": "<b>"}, "as y1"),
    ],
)
def test_a_link_to_a_class_that_does_not_exist_is_said(link, said):
    app = opened("three_forms", **link)
    assert said in app.warning[0].value
    assert not app.exception


def test_a_class_that_is_removed_is_no_longer_chosen():
    app = opened("three_forms", z="1,2,3", labels="2,3", node="3")
    assert kept(app)["labels"] == "2,3"
    visited(app, "entropy")
    visited(app, "three_forms", z="1,2")
    assert "1 of those chosen are gone: their classes were removed." in captions(app)
    assert any("now it is “class 2”" in caption for caption in captions(app))
    assert kept(app)["labels"] == "2"
    assert kept(app)["node"] == "2"


# ----------------------------------------------------------------------------------- stability


def test_a24_gap_100_and_110_give_the_lectures_values():
    for gap, name in zip(EXAMPLES["softmax_then_log"]["gaps"], ("gap 100", "gap 110"), strict=True):
        app = opened("stability", gap=f"{gap:g}")
        losses = {row[0]: row[1] for row in tables(app)[0]}
        assert (
            EXAMPLES["softmax_then_log"]
            .references[name]
            .agrees(number(losses["softmax, then log"]))
        )
        assert number(losses["log_softmax"]) == gap
        assert losses["exp, sum, log"] == "∞"
        assert_code_gives_the_numbers_on_screen(app, 1)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("answer", ["wrong", "right"])
def test_in_every_format_the_code_gives_what_the_page_says(dtype, answer):
    app = opened("stability", dtype=dtype, answer=answer, gap="11.5")
    ours = [number(v) if v != "not a number" else math.nan for v in results_shown(app)[0]]
    theirs = [number(v) if v != "not a number" else math.nan for v in results_of_running(app)[0]]
    unit = {"float16": 2**-11, "bfloat16": 2**-8, "float32": 2**-24, "float64": 2**-53}[dtype]
    assert ours == pytest.approx(theirs, rel=max(2e-6, unit), abs=2 * unit, nan_ok=True)


def test_the_gap_that_a_format_cannot_hold_is_said():
    app = opened("stability", dtype="bfloat16", gap="100.3")
    assert any("holds 100.3 as 100.5" in caption for caption in captions(app))


def test_the_limits_are_shown_for_every_format():
    limits = {row[0]: row[1:] for row in tables(opened("stability"))[1]}
    assert list(limits) == ["float16", "bfloat16", "float32", "float64"]
    assert limits["float32"][1] == "88.7228"
    assert limits["float32"][3:5] == ["103.279", "103.972"]
    assert limits["float64"][1] == "709.783"


def test_b15_random_logits_lose_three_percent_in_float32_and_none_in_float64():
    app = opened("stability", part="Random logits")
    shown = metrics(app)
    assert number(shown["Share of draws that are ∞"]) == pytest.approx(3, abs=0.5)
    assert shown["Mean by softmax, then log"] == "∞ nats"
    assert number(shown["Mean loss by log_softmax"]) == pytest.approx(43.2, abs=0.6)
    app.button_group(key="stability dtype").set_value("float64").run()
    shown = metrics(app)
    assert shown["Share of draws that are ∞"] == "0 %"
    assert shown["Mean by softmax, then log"] == shown["Mean loss by log_softmax"]
    assert_code_gives_the_numbers_on_screen(app, 1)


@pytest.mark.parametrize("link", [{"gap": "x"}, {"gap": "-5"}, {"gap": "nan"}, {"gap": "1e9"}])
def test_a_link_to_no_gap_is_said_beside_the_slider(link):
    app = opened("stability", **link)
    (slider,) = components(app, "live_slider").values()
    assert slider["message"]["error"].startswith("From the link: ")
    assert slider["value"] == 100
