"""What a reader of each file in `cases/` and `cases/tools/` should get.

A series is told by how many measurements it has, its first and last step, and its first and last
value; a clock by its first and last value. Notes and refusals are told by how they begin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

NAN, INF = math.nan, math.inf


@dataclass(frozen=True)
class Curve:
    """One curve as it should be read."""

    label: str
    x: str
    series: Mapping[str, tuple[int, int, int, float, float]]
    clocks: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A file as it should be read or refused."""

    curves: Sequence[Curve] = ()
    notes: Sequence[str] = ()
    refusal: str = ""


def curve(label, x, series, **more) -> Curve:
    return Curve(label, x, series, **more)


def read(*curves: Curve, notes: Sequence[str] = ()) -> Case:
    return Case(curves, notes)


def refused(text: str) -> Case:
    return Case(refusal=text)


GIVEN = {
    "Epoch_caps.csv": read(
        curve(
            "Epoch_caps",
            "epoch",
            {"Loss": (8, 1, 8, 0.9, 0.18874368), "Accuracy": (8, 1, 8, 0.7, 0.91)},
            clocks={"epoch": (1, 8)},
        ),
        notes=[],
    ),
    "arabic_digits.csv": read(
        curve("arabic_digits", "step", {"loss": (2, 0, 1, 1.5, 1.2)}), notes=[]
    ),
    "batch.csv": read(curve("batch", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]),
    "batch_iter.csv": read(
        curve("batch_iter", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "bits.csv": read(
        curve(
            "bits",
            "step",
            {
                "train_loss": (12, 0, 55, 2, 0.374520315276),
                "val_bpc": (12, 0, 55, 1, 0.575354749977),
            },
        ),
        notes=[],
    ),
    "blankline.csv": read(curve("blankline", "step", {"loss": (2, 0, 1, 2, 1.9)}), notes=[]),
    "cols200.csv": read(
        curve(
            "cols200",
            "step",
            {"m0/loss": (12, 0, 55, 2, 0.3745), "m199/loss": (12, 0, 55, 3.99, 2.3645)},
        ),
        notes=[],
    ),
    "comment_lines.csv": read(
        curve("comment_lines", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "console.log": refused("This is text, but not a table; it may be a console log"),
    "curves.csv.gz": read(
        curve("curves", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}), notes=[]
    ),
    "curves.parquet": read(
        curve("curves", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}), notes=[]
    ),
    "datetime.csv": read(
        curve(
            "datetime",
            "step",
            {"loss": (12, 0, 55, 2, 0.374520315276)},
            clocks={"seconds": (0, 55)},
        ),
        notes=[],
    ),
    "dup_columns.csv": read(
        curve("dup_columns", "step", {"loss": (2, 0, 1, 1, 0.9), "loss (2)": (2, 0, 1, 2, 1.9)}),
        notes=["Several columns are called “loss”; the later "],
    ),
    "ep_batch_step.csv": read(
        curve(
            "ep_batch_step",
            "step",
            {"loss": (3, 0, 2, 2, 1.8)},
            clocks={"epoch": (0, 1), "batch": (0, 0)},
        ),
        notes=[],
    ),
    "epoch_only.csv": read(
        curve(
            "epoch_only",
            "epoch",
            {
                "train_loss": (8, 1, 8, 0.9, 0.18874368),
                "val_loss": (8, 1, 8, 0.95, 0.236821197039),
                "val_acc": (8, 1, 8, 0.7, 0.91),
            },
            clocks={"epoch": (1, 8)},
        ),
        notes=[],
    ),
    "events.out.tfevents.1795833833.host": read(
        curve(
            "events.out.tfevents.1795833833.host",
            "step",
            {
                "Loss/train": (100, 0, 99, 2, 0.0980464071035),
                "Loss/val": (10, 0, 90, 2.09999990463, 0.135417684913),
                "Accuracy/val": (10, 0, 90, 0.5, 0.800000011921),
            },
            clocks={"seconds": (0, 0.0125241279602)},
        ),
        notes=[],
    ),
    "events.out.tfevents.1795833834.host-torn": read(
        curve(
            "events.out.tfevents.1795833834.host-torn",
            "step",
            {
                "Loss/train": (100, 0, 99, 2, 0.0980464071035),
                "Loss/val": (10, 0, 90, 2.09999990463, 0.135417684913),
                "Accuracy/val": (10, 0, 90, 0.5, 0.800000011921),
            },
            clocks={"seconds": (0, 0.0125241279602)},
        ),
        notes=["“events.out.tfevents.1795833834.host-torn” is"],
    ),
    "excel_german.csv": refused("It is unclear which column counts the steps: the columns"),
    "excel_german_step.csv": read(
        curve(
            "excel_german_step",
            "step",
            {"loss": (12, 0, 55, 2, 0.37452), "accuracy": (12, 0, 55, 0.5, 0.775)},
        ),
        notes=["“loss” is read with decimal commas.", "“accuracy” is read with decimal commas."],
    ),
    "excel_sep_line.csv": read(
        curve("excel_sep_line", "step", {"loss": (12, 0, 55, 2, 0.37452)}), notes=[]
    ),
    "excel_unicode_text.txt": read(
        curve("excel_unicode_text", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}),
        notes=["The text is read as UTF-16."],
    ),
    "focal_neg_acc.csv": read(
        curve(
            "focal_neg_acc",
            "step",
            {"train_loss": (3, 0, 2, 2, 1.8), "test_acc": (3, 0, 2, 0.5, 1)},
        ),
        notes=[],
    ),
    "fortran_d.csv": read(curve("fortran_d", "step", {"loss": (2, 0, 1, 1, 0.9)}), notes=[]),
    "gan.csv": read(
        curve(
            "gan",
            "step",
            {"g_loss": (12, 0, 55, 2, 0.374520315276), "d_loss": (12, 0, 55, 1, 0.575354749977)},
        ),
        notes=[],
    ),
    "german_mixed.csv": read(
        curve("german_mixed", "step", {"loss": (2, 0, 5, 2.5, 1.9), "accuracy": (2, 0, 5, 1, 1)}),
        notes=["“loss” is read with decimal commas."],
    ),
    "german_one_int.csv": read(
        curve(
            "german_one_int", "step", {"loss": (2, 0, 5, 2, 1.9), "accuracy": (2, 0, 5, 0.5, 0.6)}
        ),
        notes=["“loss” is read with decimal commas.", "“accuracy” is read with decimal commas."],
    ),
    "hf_log_history_pandas.csv": read(
        curve(
            "hf_log_history_pandas",
            "step",
            {
                "grad_norm": (10, 10, 100, 1.2, 1.2),
                "learning_rate": (10, 10, 100, 4.5e-05, 0),
                "loss": (10, 10, 100, 1.55760156614, 0.164169997248),
                "eval_loss": (2, 50, 100, 0.651897312761, 0.283313404256),
                "eval_accuracy": (2, 50, 100, 0.666666666667, 0.833333333333),
                "eval_runtime": (2, 50, 100, 1.1, 1.1),
                "total_flos": (1, 100, 100, 1e12, 1e12),
                "train_loss": (1, 100, 100, 0.9, 0.9),
                "train_runtime": (1, 100, 100, 30.1, 30.1),
            },
            clocks={"epoch": (0.2, 2)},
        ),
        notes=[],
    ),
    "huge_steps.csv": read(
        curve("huge_steps", "step", {"loss": (2, 1000000000000000, 2000000000000000, 1, 0.9)}),
        notes=[],
    ),
    "keras_csvlogger.csv": read(
        curve(
            "keras_csvlogger",
            "epoch",
            {
                "accuracy": (8, 0, 7, 0.8, 0.94),
                "loss": (8, 0, 7, 0.9, 0.18874368),
                "val_accuracy": (8, 0, 7, 0.78, 0.92),
                "val_loss": (8, 0, 7, 0.95, 0.236821197039),
            },
            clocks={"epoch": (0, 7)},
        ),
        notes=[],
    ),
    "keras_history_df.csv": read(
        curve(
            "keras_history_df",
            "epoch",
            {"loss": (8, 0, 7, 0.9, 0.18874368), "val_loss": (8, 0, 7, 0.95, 0.236821197039)},
            clocks={"epoch": (0, 7)},
        ),
        notes=["The rows are read as epochs, counted from 0"],
    ),
    "latin1.csv": read(
        curve(
            "latin1",
            "step",
            {"Verlust/größe": (12, 0, 55, 1, 1), "loss": (12, 0, 55, 2, 0.374520315276)},
        ),
        notes=["The text is not UTF-8 and is read as Latin-1."],
    ),
    "lightning_metrics.csv": read(
        curve(
            "lightning_metrics",
            "step",
            {
                "train_loss": (15, 49, 749, 1, 0.0666666666667),
                "val_acc": (3, 249, 749, 0.8, 0.9),
                "val_loss": (3, 249, 749, 0.5, 0.3),
            },
            clocks={"epoch": (0, 2)},
        ),
        notes=[],
    ),
    "log.jsonl": read(
        curve(
            "log",
            "step",
            {
                "loss": (12, 0, 55, 2, 0.374520315276),
                "val_loss": (12, 0, 55, 2.1, 0.39324633104),
                "lr": (12, 0, 55, 0.001, 0.001),
            },
        ),
        notes=[],
    ),
    "mac_cr.csv": read(curve("mac_cr", "step", {"loss": (2, 0, 1, 2, 1.9)}), notes=[]),
    "markdown.md": read(curve("markdown", "step", {"loss": (6, 0, 25, 2, 0.9339)}), notes=[]),
    "min_inf.csv": read(curve("min_inf", "step", {"loss": (3, 0, 2, 2, 1)}), notes=[]),
    "min_nan.csv": read(curve("min_nan", "step", {"loss": (3, 0, 2, 2, 1)}), notes=[]),
    "minus_uni.csv": read(
        curve("minus_uni", "step", {"elbo_loss": (2, 0, 1, -1.5, -1.2)}), notes=[]
    ),
    "mlflow_runs.csv": refused("This is a table of runs with a row for each, and without the"),
    "mlflow_ui_download.csv": read(
        curve(
            "gentle-crow-1",
            "step",
            {"train_loss": (12, 0, 55, 2, 0.374520315276)},
            clocks={"seconds": (0, 38.5)},
            settings={"Run ID": "abc123"},
        ),
        notes=[],
    ),
    "mse.csv": read(
        curve("mse", "step", {"train_mse": (2, 0, 1, 2, 1.9), "val_mse": (2, 0, 1, 2, 1.9)}),
        notes=[],
    ),
    "nan_cells.csv": read(
        curve("nan_cells", "step", {"loss": (5, 0, 5, 2, 0.5), "val_loss": (5, 0, 5, 2.1, 0.9)}),
        notes=[],
    ),
    "nan_na.csv": read(curve("nan_na", "step", {"loss": (2, 0, 5, 2, 0.5)}), notes=[]),
    "nan_ok.csv": read(curve("nan_ok", "step", {"loss": (6, 0, 5, 2, 0.5)}), notes=[]),
    "neg_acc.csv": read(
        curve("neg_acc", "step", {"loss": (2, 0, 1, 2, 1.9), "acc": (2, 0, 1, 0.5, -0.1)}), notes=[]
    ),
    "neg_acc2.csv": read(curve("neg_acc2", "step", {"r2_accuracy": (2, 0, 1, -4, 0.5)}), notes=[]),
    "none_mixed.csv": read(
        curve("none_mixed", "step", {"loss": (3, 0, 2, 2, 1.8), "val_loss": (1, 2, 2, 1.7, 1.7)}),
        notes=[],
    ),
    "none_only.csv": read(
        curve("none_only", "step", {"loss": (2, 0, 1, 2, 1.9)}),
        notes=["Nothing stands in “val_loss”: left out."],
    ),
    "nonmono.csv": read(
        curve("nonmono", "step", {"loss": (6, 0, 30, 2, 0.802014137086)}),
        notes=["The rows are not in the order of “step”, and "],
    ),
    "np_savetxt.csv": read(
        curve("np_savetxt", "row", {"np_savetxt": (20, 0, 19, 2, 0.270170343535)}),
        notes=[
            "A column without a name is called “np_savetxt",
            "No column counts the steps: the rows are coun",
        ],
    ),
    "one_point.csv": read(curve("one_point", "step", {"loss": (1, 5, 5, 2, 2)}), notes=[]),
    "only_header.csv": refused("The table has a header, but no row of numbers below it."),
    "overflow.csv": refused("Line 2: “loss” is “1e400”, which is larger than a 64-bit num"),
    "own_names_percent.csv": read(
        curve(
            "own_names_percent",
            "step",
            {"train/loss": (3, 0, 2, 2.3, 0.5), "test/accuracy": (3, 0, 2, 11.2, 93.4)},
        ),
        notes=["“test/accuracy” is read as a percentage"],
    ),
    "pandas_index.csv": read(
        curve(
            "pandas_index",
            "step",
            {"loss": (12, 0, 55, 2, 0.374520315276), "val_loss": (12, 0, 55, 2.1, 0.39324633104)},
        ),
        notes=[],
    ),
    "percent_low.csv": read(
        curve(
            "percent_low",
            "step",
            {"train_loss": (3, 0, 2, 2, 1.8), "test_acc": (3, 0, 2, 0.4, 0.9)},
        ),
        notes=[],
    ),
    "percent_mixed.csv": read(
        curve(
            "percent_mixed",
            "step",
            {"train_loss": (4, 0, 3, 2, 1.7), "test_acc": (4, 0, 3, 0.4, 35)},
        ),
        notes=["“test_acc” is read as a percentage"],
    ),
    "pl_small.csv": read(
        curve(
            "pl_small",
            "step",
            {
                "train_loss": (2, 99, 199, 2, 1.5),
                "val_loss": (2, 99, 199, 1.8, 1.2),
                "val_acc": (2, 99, 199, 0.5, 0.7),
            },
            clocks={"epoch": (0, 1)},
        ),
        notes=[],
    ),
    "quoted_comma.csv": read(
        curve("quoted_comma", "step", {"loss": (2, 0, 1, 2.5, 1.9)}),
        notes=["“loss” is read with decimal commas."],
    ),
    "quoted_newline.csv": read(
        curve("quoted_newline", "step", {"loss": (2, 0, 1, 2, 1.9)}),
        notes=["What is not a number is left out: “note”."],
    ),
    "ragged_resume.csv": refused("Line 4 has 3 cells, and the table has 2 columns: give every "),
    "repeat_header.csv": read(
        curve("repeat_header", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}),
        notes=["The header is repeated once; that is skipped."],
    ),
    "resume_dup.csv": read(
        curve("resume_dup", "step", {"loss": (18, 0, 85, 2, 0.142676029052)}),
        notes=["The training was resumed once, at “step” 40: "],
    ),
    "run-lr0.1_train-tag-loss.csv": read(
        curve(
            "lr0.1_train",
            "step",
            {"loss": (12, 0, 55, 2, 0.374520315276)},
            clocks={"seconds": (0, 38.5)},
        ),
        notes=[],
    ),
    "sklearn_loss_curve.csv": read(
        curve("sklearn_loss_curve", "row", {"loss": (20, 0, 19, 2, 0.270170343535)}),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "sklearn_loss_curve_series.csv": read(
        curve(
            "sklearn_loss_curve_series",
            "row",
            {"sklearn_loss_curve_series": (20, 0, 19, 2, 0.270170343535)},
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "slash_val.csv": read(
        curve(
            "slash_val",
            "step",
            {"train/loss": (2, 0, 1, 2.3, 1.1), "val/loss": (2, 0, 1, 2.4, 1.2)},
        ),
        notes=[],
    ),
    "space_sep.txt": read(
        curve("space_sep", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "step_float.csv": read(
        curve("step_float", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "step_negative.csv": refused("Line 2: “step” is -1, and steps are numbers from 0 on: corre"),
    "tbx_logs.tar.gz": read(
        curve(
            "runA",
            "step",
            {
                "Loss/train": (100, 0, 99, 2, 0.0980464071035),
                "Loss/val": (10, 0, 90, 2.09999990463, 0.135417684913),
                "Accuracy/val": (10, 0, 90, 0.5, 0.800000011921),
                "hparam/acc": (1, 0, 0, 0.899999976158, 0.899999976158),
                "losses/train": (2, 0, 1, 1, 0.899999976158),
                "losses/val": (2, 0, 1, 1.10000002384, 1),
            },
            clocks={"seconds": (0, 0.0125241279602)},
            settings={"lr": "0.1"},
        ),
        curve(
            "runB",
            "step",
            {"Loss/train": (140, 0, 139, 2, 0.00686643598601)},
            clocks={"seconds": (0, 1.12428736687)},
        ),
        notes=["The training was resumed once, at “step” 80: "],
    ),
    "tbx_logs.zip": read(
        curve(
            "runA",
            "step",
            {
                "Loss/train": (100, 0, 99, 2, 0.0980464071035),
                "Loss/val": (10, 0, 90, 2.09999990463, 0.135417684913),
                "Accuracy/val": (10, 0, 90, 0.5, 0.800000011921),
                "hparam/acc": (1, 0, 0, 0.899999976158, 0.899999976158),
                "losses/train": (2, 0, 1, 1, 0.899999976158),
                "losses/val": (2, 0, 1, 1.10000002384, 1),
            },
            clocks={"seconds": (0, 0.0125241279602)},
            settings={"lr": "0.1"},
        ),
        curve(
            "runB",
            "step",
            {"Loss/train": (140, 0, 139, 2, 0.00686643598601)},
            clocks={"seconds": (0, 1.12428736687)},
        ),
        notes=["The training was resumed once, at “step” 80: "],
    ),
    "tensor_repr.csv": read(
        curve("tensor_repr", "step", {"loss": (12, 0, 55, 2, 0.3745)}), notes=[]
    ),
    "tensorboard_ui_epoch_loss.json": read(
        curve(
            "tensorboard_ui_epoch_loss",
            "step",
            {"tensorboard_ui_epoch_loss": (12, 0, 55, 2, 0.374520315276)},
            clocks={"seconds": (0, 38.5)},
        ),
        notes=[],
    ),
    "timm_summary.csv": read(
        curve(
            "timm_summary",
            "epoch",
            {
                "train_loss": (6, 0, 5, 3, 0.98304),
                "eval_loss": (6, 0, 5, 3.1, 1.14929351392),
                "eval_top1": (6, 0, 5, 30, 55),
                "eval_top5": (6, 0, 5, 60, 75),
                "lr": (6, 0, 5, 0.1, 0.1),
            },
            clocks={"epoch": (0, 5)},
        ),
        notes=[
            "“eval_top1” is read as a percentage",
            "“eval_top5” is read as a percentage",
        ],
    ),
    "tokens.csv": read(
        curve(
            "tokens",
            "step",
            {"loss": (2, 1000000000, 2000000000, 3, 2.5)},
            clocks={"tokens": (1000000000.0, 2000000000.0)},
        ),
        notes=["“tokens” counts the steps."],
    ),
    "trailing_comma.csv": read(
        curve("trailing_comma", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "train_loss": read(
        curve(
            "train_loss",
            "step",
            {"train_loss": (12, 0, 55, 2, 0.374520315276)},
            clocks={"seconds": (0, 38.5)},
        ),
        notes=[],
    ),
    "train_step.csv": read(
        curve("train_step", "step", {"loss": (6, 0, 25, 2, 0.933949410509)}), notes=[]
    ),
    "trainer_global_step.csv": read(
        curve("trainer_global_step", "step", {"train/loss": (6, 0, 25, 2, 0.933949410509)}),
        notes=[],
    ),
    "trainer_state.json": read(
        curve(
            "trainer_state",
            "step",
            {
                "grad_norm": (10, 10, 100, 1.2, 1.2),
                "learning_rate": (10, 10, 100, 4.5e-05, 0),
                "loss": (10, 10, 100, 1.55760156614, 0.164169997248),
                "eval_loss": (2, 50, 100, 0.651897312761, 0.283313404256),
                "eval_accuracy": (2, 50, 100, 0.666666666667, 0.833333333333),
                "eval_runtime": (2, 50, 100, 1.1, 1.1),
                "total_flos": (1, 100, 100, 1e12, 1e12),
                "train_loss": (1, 100, 100, 0.9, 0.9),
                "train_runtime": (1, 100, 100, 30.1, 30.1),
            },
            clocks={"epoch": (0.2, 2)},
        ),
        notes=[],
    ),
    "two_losses.csv": read(
        curve(
            "two_losses",
            "step",
            {
                "loss": (6, 0, 25, 2, 0.933949410509),
                "perplexity": (6, 0, 25, 7.38905609893, 2.54453878728),
                "bleu": (6, 0, 25, 20, 22.5),
                "f1": (6, 0, 25, 0.5, 0.75),
                "auc": (6, 0, 25, 0.6, 0.725),
                "lr": (6, 0, 25, 0.001, 0.001),
                "grad_norm": (6, 0, 25, 1.2, 1.2),
            },
        ),
        notes=[],
    ),
    "ultralytics_classify.csv": read(
        curve(
            "ultralytics_classify",
            "epoch",
            {
                "train/loss": (6, 1, 6, 2, 0.33614),
                "metrics/accuracy_top1": (6, 1, 6, 0.5, 0.75),
                "metrics/accuracy_top5": (6, 1, 6, 0.9, 0.95),
                "val/loss": (6, 1, 6, 2.1, 0.40633),
                "lr/pg0": (6, 1, 6, 0.001, 0.001),
                "lr/pg1": (6, 1, 6, 0.001, 0.001),
                "lr/pg2": (6, 1, 6, 0.001, 0.001),
            },
            clocks={"epoch": (1, 6), "seconds": (3.1, 18.6)},
        ),
        notes=[],
    ),
    "ultralytics_results.csv": read(
        curve(
            "ultralytics_results",
            "epoch",
            {
                "train/box_loss": (6, 1, 6, 1.2, 0.70859),
                "train/cls_loss": (6, 1, 6, 2.4, 1.4172),
                "train/dfl_loss": (6, 1, 6, 3.6, 2.1258),
                "metrics/precision(B)": (6, 1, 6, 4.8, 2.8344),
                "metrics/recall(B)": (6, 1, 6, 6, 3.5429),
                "metrics/mAP50(B)": (6, 1, 6, 7.2, 4.2515),
                "metrics/mAP50-95(B)": (6, 1, 6, 8.4, 4.9601),
                "val/box_loss": (6, 1, 6, 9.6, 5.6687),
                "val/cls_loss": (6, 1, 6, 10.8, 6.3773),
                "val/dfl_loss": (6, 1, 6, 12, 7.0859),
                "lr/pg0": (6, 1, 6, 13.2, 7.7945),
                "lr/pg1": (6, 1, 6, 14.4, 8.5031),
                "lr/pg2": (6, 1, 6, 15.6, 9.2116),
            },
            clocks={"epoch": (1, 6)},
        ),
        notes=[],
    ),
    "ultralytics_v83_results.csv": read(
        curve(
            "ultralytics_v83_results",
            "epoch",
            {
                "train/box_loss": (6, 1, 6, 1.2, 0.70859),
                "train/cls_loss": (6, 1, 6, 2.4, 1.4172),
                "train/dfl_loss": (6, 1, 6, 3.6, 2.1258),
                "metrics/precision(B)": (6, 1, 6, 4.8, 2.8344),
                "metrics/recall(B)": (6, 1, 6, 6, 3.5429),
                "metrics/mAP50(B)": (6, 1, 6, 7.2, 4.2515),
                "metrics/mAP50-95(B)": (6, 1, 6, 8.4, 4.9601),
                "val/box_loss": (6, 1, 6, 9.6, 5.6687),
                "val/cls_loss": (6, 1, 6, 10.8, 6.3773),
                "val/dfl_loss": (6, 1, 6, 12, 7.0859),
                "lr/pg0": (6, 1, 6, 13.2, 7.7945),
                "lr/pg1": (6, 1, 6, 14.4, 8.5031),
                "lr/pg2": (6, 1, 6, 15.6, 9.2116),
            },
            clocks={"epoch": (1, 6), "seconds": (10.5, 63)},
        ),
        notes=[],
    ),
    "underscore_steps.csv": read(
        curve("underscore_steps", "step", {"loss": (2, 1000, 2000, 1, 0.9)}), notes=[]
    ),
    "utf16_bom.csv": read(
        curve("utf16_bom", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}),
        notes=["The text is read as UTF-16."],
    ),
    "utf8_bom_crlf.csv": read(
        curve("utf8_bom_crlf", "step", {"loss": (12, 0, 55, 2, 0.374520315276)}), notes=[]
    ),
    "wandb_dash_in_name.csv": read(
        curve(
            "resnet - lr 0.1",
            "step",
            {
                "train/loss": (10, 0, 9, 2, 0.774840978),
                "train/loss__MIN": (10, 0, 9, 1.9, 0.7360989291),
                "train/loss__MAX": (10, 0, 9, 2.1, 0.8135830269),
            },
        ),
        notes=[],
    ),
    "wandb_epoch_axis.csv": read(
        curve(
            "brisk-sun-1",
            "epoch",
            {
                "val/loss": (10, 0, 9, 2, 0.774840978),
                "val/loss__MIN": (10, 0, 9, 1.9, 0.7360989291),
                "val/loss__MAX": (10, 0, 9, 2.1, 0.8135830269),
            },
            clocks={"epoch": (0, 9)},
        ),
        notes=[],
    ),
    "wandb_export.csv": read(
        curve(
            "brisk-sun-1",
            "step",
            {
                "train/loss": (10, 0, 90, 2, 0.809463945357),
                "train/loss__MIN": (10, 0, 90, 1.9, 0.768990748089),
                "train/loss__MAX": (10, 0, 90, 2.1, 0.849937142624),
            },
        ),
        curve(
            "calm-sea-2",
            "step",
            {
                "train/loss": (10, 0, 90, 2, 0.324621147043),
                "train/loss__MIN": (10, 0, 90, 1.9, 0.308390089691),
                "train/loss__MAX": (10, 0, 90, 2.1, 0.340852204395),
            },
        ),
        notes=[],
    ),
    "wandb_grouped.csv": read(
        curve(
            "Group: adam",
            "step",
            {
                "train/loss": (10, 0, 9, 2, 0.774840978),
                "train/loss__MIN": (10, 0, 9, 1.9, 0.7360989291),
                "train/loss__MAX": (10, 0, 9, 2.1, 0.8135830269),
            },
        ),
        notes=[],
    ),
    "wandb_history.csv": read(
        curve(
            "wandb_history",
            "step",
            {
                "train/loss": (12, 0, 110, 2, 0.62762119218),
                "val/loss": (4, 0, 90, 1.8, 0.6973568802),
            },
            clocks={"epoch": (0, 3), "seconds": (0, 27.5)},
        ),
        notes=[],
    ),
    "wandb_relative_time.csv": read(
        curve(
            "brisk-sun-1",
            "step",
            {
                "train/loss": (10, 0, 9, 2, 0.774840978),
                "train/loss__MIN": (10, 0, 9, 1.9, 0.7360989291),
                "train/loss__MAX": (10, 0, 9, 2.1, 0.8135830269),
            },
            clocks={"seconds": (0, 13.5)},
        ),
        notes=[],
    ),
    "wandb_step_stepcols.csv": read(
        curve(
            "brisk-sun-1",
            "step",
            {
                "train/loss": (10, 0, 9, 2, 0.774840978),
                "train/loss__MIN": (10, 0, 9, 1.9, 0.7360989291),
                "train/loss__MAX": (10, 0, 9, 2.1, 0.8135830269),
            },
        ),
        notes=[],
    ),
    "xgb_cv.csv": read(
        curve(
            "xgb_cv",
            "row",
            {
                "train-mlogloss-mean": (20, 0, 19, 2, 0.270170343535),
                "train-mlogloss-std": (20, 0, 19, 0.01, 0.01),
                "test-mlogloss-mean": (20, 0, 19, 2.05, 0.420457961721),
                "test-mlogloss-std": (20, 0, 19, 0.02, 0.02),
            },
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "xgb_evals_result.json": read(
        curve(
            "xgb_evals_result",
            "row",
            {
                "train/mlogloss": (20, 0, 19, 2, 0.270170343535),
                "eval/mlogloss": (20, 0, 19, 2.05, 0.420457961721),
            },
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "zero_loss.csv": read(curve("zero_loss", "step", {"loss": (3, 0, 2, 0, 0)}), notes=[]),
}
TOOLS = {
    "aim.csv": read(
        curve(
            "brave",
            "step",
            {"train/loss": (2, 0, 1, 2, 1.5), "val/loss": (1, 1, 1, 1.7, 1.7)},
            clocks={"epoch": (0, 0), "seconds": (0, 1)},
            settings={"run.hash": "abc"},
        ),
        curve(
            "calm",
            "step",
            {"train/loss": (2, 0, 1, 2.1, 1.6)},
            clocks={"epoch": (0, 0), "seconds": (0, 1)},
            settings={"run.hash": "def"},
        ),
        notes=[],
    ),
    "appended_other_columns.jsonl": read(
        curve(
            "appended_other_columns",
            "step",
            {"loss": (3, 0, 2, 2, 1.4), "val_loss": (1, 1, 1, 1.6, 1.6)},
        ),
        notes=["What is not a number is left out: “note”."],
    ),
    "backup_restore.csv": read(
        curve(
            "backup_restore",
            "epoch",
            {"loss": (4, 0, 3, 0.9, 0.6), "val_loss": (4, 0, 3, 1, 0.7)},
            clocks={"epoch": (0, 3)},
        ),
        notes=["2 measurements share “epoch” with a later one"],
    ),
    "badcell.csv": refused("Line 3: “loss” is “oops”, not a number: correct it"),
    "batch_restart.csv": read(
        curve("batch_restart", "step", {"loss": (6, 0, 5, 2, 1.5)}, clocks={"epoch": (0, 1)}),
        notes=["“batch” begins anew once: it is counted on, 3"],
    ),
    "batches_of_epochs.csv": read(
        curve(
            "batches_of_epochs",
            "epoch",
            {"batches": (3, 1, 3, 469, 469), "loss": (3, 1, 3, 0.9, 0.6)},
            clocks={"epoch": (1, 3)},
        ),
        notes=[],
    ),
    "catboost_training.json": read(
        curve(
            "catboost_training",
            "step",
            {
                "learn/Logloss": (3, 0, 2, 0.68, 0.5),
                "test/Logloss": (3, 0, 2, 0.69, 0.55),
                "test/AUC": (3, 0, 2, 0.6, 0.75),
            },
            clocks={"seconds": (0.1, 0.3)},
        ),
        notes=[],
    ),
    "clearml.json": read(
        curve(
            "clearml", "step", {"loss/train": (3, 0, 2, 2, 1.2), "loss/val": (2, 0, 2, 2.1, 1.4)}
        ),
        notes=[],
    ),
    "clearml_plot.json": read(
        curve("clearml_plot", "step", {"train": (3, 0, 2, 2, 1), "val": (3, 0, 2, 2.2, 1.3)}),
        notes=[],
    ),
    "comet.csv": read(
        curve(
            "comet",
            "step",
            {"train/loss": (2, 0, 10, 2, 1.5), "acc": (1, 10, 10, 0.5, 0.5)},
            clocks={"seconds": (0, 1)},
        ),
        notes=["Nothing stands in “epoch”: left out."],
    ),
    "comet.json": read(
        curve(
            "comet",
            "step",
            {"train/loss": (2, 0, 10, 2, 1.5), "validate/loss": (1, 10, 10, 1.9, 1.9)},
            clocks={"seconds": (0, 1)},
        ),
        notes=[],
    ),
    "curves.arrows": read(
        curve("curves", "epoch", {"val_loss": (2, 1, 2, 0.5, 0.25)}, clocks={"epoch": (1, 2)}),
        notes=[],
    ),
    "curves.feather": read(
        curve("curves", "step", {"loss": (2, 0, 5, 2, 1.5)}),
        notes=["What is not a number is left out: “note”."],
    ),
    "detectron2_metrics.json": read(
        curve(
            "detectron2_metrics",
            "step",
            {
                "data_time": (2, 19, 39, 0.003, 0.003),
                "loss_cls": (2, 19, 39, 1.2, 1),
                "lr": (2, 19, 39, 0.0005, 0.001),
                "total_loss": (2, 19, 39, 2.1, 1.9),
                "time": (2, 19, 39, 0.3, 0.31),
                "bbox/AP": (1, 39, 39, 12.5, 12.5),
            },
        ),
        notes=[],
    ),
    "df_records.json": read(curve("df_records", "step", {"loss": (2, 0, 5, 2, 1.5)}), notes=[]),
    "df_split.json": read(curve("df_split", "step", {"loss": (2, 0, 5, 2, 1.5)}), notes=[]),
    "df_to_json.json": read(curve("df_to_json", "step", {"loss": (2, 0, 5, 2, 1.5)}), notes=[]),
    "dvc.tsv": read(
        curve("dvc", "step", {"loss": (2, 0, 1, 2, 1.5)}, clocks={"seconds": (0, 1)}), notes=[]
    ),
    "epoch_fraction.csv": read(
        curve("epoch_fraction", "epoch", {"loss": (4, 0, 3, 2, 1.6)}, clocks={"epoch": (0.25, 1)}),
        notes=["“epoch” is not a whole number throughout"],
    ),
    "epoch_time.csv": read(
        curve(
            "epoch_time",
            "epoch",
            {"temps": (3, 1, 3, 12.5, 37.6), "perte": (3, 1, 3, 0.9, 0.6)},
            clocks={"epoch": (1, 3)},
        ),
        notes=["“temps” is read with decimal commas.", "“perte” is read with decimal commas."],
    ),
    "extra_quote.csv": refused("Line 4: “loss” is “1.5�2,1.2�”, not a number: correct it"),
    "fairseq.log": read(
        curve(
            "fairseq",
            "step",
            {
                "loss": (2, 100, 200, 10.2, 9.1),
                "ppl": (2, 100, 200, 1176.3, 548.7),
                "lr": (2, 100, 200, 1e-05, 2e-05),
                "valid_loss": (1, 200, 200, 9, 9),
                "valid_ppl": (1, 200, 200, 512, 512),
                "train_loss": (1, 200, 200, 9.6, 9.6),
                "train_ppl": (1, 200, 200, 776, 776),
            },
            clocks={"epoch": (1, 1), "seconds": (25, 25), "update": (0.5, 1)},
        ),
        notes=["1 line without a record left out."],
    ),
    "fastai_history.csv": read(
        curve(
            "fastai_history",
            "epoch",
            {
                "train_loss": (3, 0, 2, 0.9, 0.5),
                "valid_loss": (3, 0, 2, 0.8, 0.45),
                "accuracy": (3, 0, 2, 0.7, 0.85),
                "time": (3, 0, 2, 12, 12),
            },
            clocks={"epoch": (0, 2)},
            units={"time": "s"},
        ),
        notes=["“time” is written in “s”."],
    ),
    "german_thousands.csv": read(
        curve("german_thousands", "step", {"loss": (4, 980, 1010, 2.5, 2.2)}),
        notes=[
            "The points in “step” are read as thousands",
            "“loss” is read with decimal commas.",
        ],
    ),
    "gnuplot.dat": read(curve("gnuplot", "step", {"loss": (3, 0, 2, 2, 1.2)}), notes=[]),
    "grid.txt": read(curve("grid", "step", {"loss": (2, 0, 1, 2, 1.5)}), notes=[]),
    "hf_console.txt": read(
        curve(
            "hf_console",
            "epoch",
            {
                "loss": (3, 0, 3, 2.1, 1.7),
                "grad_norm": (3, 0, 3, 1.2, 1.1),
                "learning_rate": (3, 0, 3, 5e-05, 3e-05),
                "eval_loss": (1, 2, 2, 1.8, 1.8),
                "eval_runtime": (1, 2, 2, 1.2, 1.2),
            },
            clocks={"epoch": (0.1, 0.3)},
        ),
        notes=["“epoch” is not a whole number throughout"],
    ),
    "hf_eval_only.json": read(
        curve(
            "hf_eval_only",
            "step",
            {"eval_loss": (2, 100, 200, 1, 0.8), "eval_accuracy": (2, 100, 200, 0.5, 0.6)},
            clocks={"epoch": (1, 2)},
        ),
        notes=[],
    ),
    "ignite.csv": read(
        curve("ignite", "row", {"loss": (2, 0, 1, 2, 1.5)}, settings={"event_name": "iteration"}),
        notes=[
            "No column counts the steps: the rows are coun",
            "Columns beside the measured value are left ou",
        ],
    ),
    "index_orient.json": read(curve("index_orient", "step", {"loss": (2, 0, 5, 2, 1.5)}), notes=[]),
    "keras_history.json": read(
        curve(
            "keras_history",
            "epoch",
            {
                "loss": (3, 0, 2, 0.9, 0.5),
                "accuracy": (3, 0, 2, 0.5, 0.7),
                "val_loss": (3, 0, 2, 1, 0.7),
                "val_accuracy": (3, 0, 2, 0.4, 0.6),
            },
            clocks={"epoch": (0, 2)},
        ),
        notes=["The rows are read as epochs, counted from 0"],
    ),
    "keyed.json": read(
        curve("keyed", "step", {"train_loss": (2, 1, 2, 2, 1.5), "val/acc": (2, 1, 2, 0.1, 0.2)}),
        notes=["The numbers by which the records are found ar"],
    ),
    "kv.log": read(
        curve("kv", "step", {"loss": (2, 0, 1, 2, 1.5), "lr": (2, 0, 1, 0.1, 0.1)}), notes=[]
    ),
    "learn_error.tsv": read(
        curve("learn_error", "step", {"Logloss": (3, 0, 2, 0.68, 0.5)}), notes=[]
    ),
    "lightgbm_evals.json": read(
        curve(
            "lightgbm_evals",
            "row",
            {
                "training/binary_logloss": (2, 0, 1, 0.6, 0.5),
                "training/auc": (2, 0, 1, 0.7, 0.8),
                "valid_1/binary_logloss": (2, 0, 1, 0.65, 0.6),
                "valid_1/auc": (2, 0, 1, 0.6, 0.7),
            },
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "lightgbm_record.csv": read(
        curve(
            "lightgbm_record",
            "row",
            {"training-l2": (3, 0, 2, 1, 0.7), "valid-l2": (3, 0, 2, 1.1, 0.9)},
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "lists_beside.json": read(
        curve("lists_beside", "step", {"loss": (2, 1, 2, 2, 1.5)}, settings={"lr": "0.1"}),
        notes=["“callbacks” is left out: There is no column o"],
    ),
    "lists_step.json": read(
        curve(
            "lists_step",
            "step",
            {"train_loss": (3, 0, 10, 2, 1.2), "val_loss": (2, 0, 10, 2.1, 1.4)},
        ),
        notes=[],
    ),
    "lit_resume.csv": read(
        curve(
            "lit_resume",
            "step",
            {"train_loss": (5, 49, 249, 1, 0.6), "val_loss": (2, 99, 199, 0.95, 0.77)},
            clocks={"epoch": (0, 2)},
        ),
        notes=["The training was resumed once, at “step” 149:"],
    ),
    "longwide.csv": read(
        curve(
            "longwide", "step", {"train_loss": (3, 0, 2, 2, 1.2), "val_loss": (3, 0, 2, 2.2, 1.4)}
        ),
        notes=[],
    ),
    "markdown_doc.md": read(
        curve(
            "markdown_doc",
            "epoch",
            {"Train loss": (2, 1, 2, 0.9, 0.7), "Val loss": (2, 1, 2, 1, 0.8)},
            clocks={"epoch": (1, 2)},
        ),
        notes=["1 line before the table left out."],
    ),
    "missing_step.csv": read(
        curve("missing_step", "step", {"loss": (2, 0, 1, 2, 1.5)}),
        notes=["1 measurement has no “step”: left out."],
    ),
    "mixed_thousands.csv": read(
        curve(
            "mixed_thousands",
            "step",
            {"Loss": (3, 1, 1000, 2.31, 1.5)},
            clocks={"tokens": (1024, 1024000.0)},
        ),
        notes=[
            "The points in “Tokens” are read as",
            "“Loss” is read with decimal commas.",
        ],
    ),
    "mlflow_history.json": read(
        curve("mlflow_history", "step", {"loss": (2, 0, 1, 2, 1)}, clocks={"seconds": (0, 2)}),
        notes=[],
    ),
    "mlflow_nosteps.csv": read(
        curve("mlflow_nosteps", "row", {"loss": (2, 0, 1, 2, 1.5), "acc": (2, 0, 1, 0.1, 0.2)}),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "mmdet.log.json": read(
        curve(
            "mmdet",
            "step",
            {
                "train/lr": (4, 50, 200, 0.001, 0.002),
                "val/lr": (2, 100, 200, 0.002, 0.002),
                "train/memory": (4, 50, 200, 3000, 3000),
                "train/data_time": (4, 50, 200, 0.05, 0.01),
                "train/loss_cls": (4, 50, 200, 1.2, 0.8),
                "train/loss": (4, 50, 200, 2, 1.5),
                "train/time": (4, 50, 200, 0.4, 0.36),
                "val/bbox_mAP": (2, 100, 200, 0.1, 0.2),
            },
            clocks={"epoch": (1, 2)},
            settings={"env_info": "sys.platform: linux", "config": "model = dict()", "seed": "0"},
        ),
        notes=["“iter” begins anew once: it is counted on, 10"],
    ),
    "mmengine_scalars.json": read(
        curve(
            "mmengine_scalars",
            "step",
            {
                "lr": (4, 50, 200, 0.01, 0.01),
                "data_time": (4, 50, 200, 0.1, 0.1),
                "loss": (4, 50, 200, 2, 1.5),
                "time": (4, 50, 200, 0.5, 0.5),
                "memory": (4, 50, 200, 100, 100),
                "accuracy/top1": (2, 100, 200, 40, 50),
                "val/data_time": (2, 100, 200, 0.1, 0.1),
                "val/time": (2, 100, 200, 0.2, 0.2),
            },
            clocks={"epoch": (1, 2), "iter": (50, 200)},
        ),
        notes=[
            "Validations, which count epochs, are placed at",
            "“accuracy/top1” is read as a percentage",
        ],
    ),
    "nan_step.jsonl": read(
        curve("nan_step", "step", {"loss": (3, 0, 2, 2, INF), "lr": (4, 0, 3, 0.1, 0.1)}), notes=[]
    ),
    "nanogpt.log": read(
        curve(
            "nanogpt",
            "step",
            {
                "train loss": (1, 0, 0, 10.9886, 10.9886),
                "val loss": (1, 0, 0, 10.9898, 10.9898),
                "loss": (2, 0, 10, 10.9886, 9.9),
                "time": (2, 0, 10, 38000.12, 380.12),
                "mfu": (2, 0, 10, -100, 17.1),
            },
            units={"time": "ms", "mfu": "%"},
        ),
        notes=["“time” is written in “ms”", "“mfu” is written in “%”"],
    ),
    "neox.jsonl": read(
        curve(
            "neox",
            "step",
            {"lm_loss": (2, 10, 20, 8.9, 7.2), "lr": (2, 10, 20, 0.0001, 0.0002)},
            clocks={"samples": (5120, 10240)},
        ),
        notes=[],
    ),
    "neptune.csv": read(
        curve("neptune", "step", {"value": (2, 0, 1, 2, 1.5)}, clocks={"seconds": (0, 1)}), notes=[]
    ),
    "nested_hist.json": read(
        curve(
            "nested_hist",
            "row",
            {"train/loss": (2, 0, 1, 1, 0.5), "val/loss": (2, 0, 1, 1.1, 0.7)},
            settings={"lr": "0.1", "model": "resnet"},
        ),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "noheader.csv": refused("The columns have no names: put a first line such as “step,lo"),
    "pandas_to_string.txt": read(
        curve(
            "pandas_to_string",
            "step",
            {"loss": (3, 0, 10, 2, 1.474848), "val_loss": (3, 0, 10, NAN, 1.5)},
        ),
        notes=[],
    ),
    "percent_sign.csv": read(
        curve(
            "percent_sign",
            "step",
            {"loss": (2, 0, 1, 2, 1), "acc": (2, 0, 1, 11.2, 60.5)},
            units={"acc": "%"},
        ),
        notes=["“acc” is written in “%”."],
    ),
    "psql.txt": read(curve("psql", "step", {"loss": (2, 0, 1, 2, 1.5)}), notes=[]),
    "python_repr.csv": read(
        curve(
            "python_repr",
            "step",
            {"loss": (2, 0, 1, 2.5, NAN), "acc": (2, 0, 1, 0.1, 0.2), "lr": (2, 0, 1, 0.01, 0.01)},
        ),
        notes=[],
    ),
    "pytorch_dict.json": read(
        curve(
            "pytorch_dict",
            "epoch",
            {"train/loss": (2, 1, 2, 1, 0.8), "val/loss": (2, 1, 2, 1.1, 0.9)},
            clocks={"epoch": (1, 2)},
        ),
        notes=[],
    ),
    "quoted_delim.csv": read(
        curve(
            "quoted_delim",
            "step",
            {"loss, train": (2, 0, 1, 2, 1.5), "loss; val": (2, 0, 1, 2.1, 1.7)},
        ),
        notes=[],
    ),
    "restart_from_zero.csv": read(
        curve("restart_from_zero", "step", {"loss": (2, 0, 1, 2.1, 2)}),
        notes=["The training was resumed once, at “step” 0: t"],
    ),
    "rllib_progress.csv": read(
        curve(
            "rllib_progress",
            "step",
            {
                "episode_reward_mean": (3, 4000, 12000, 20.5, 60.2),
                "info/learner/default_policy/loss": (3, 4000, 12000, 0.9, 0.7),
            },
            clocks={"seconds": (10.1, 30.2), "training_iteration": (1, 3)},
            settings={"hostname": "host", "config/env": "CartPole-v1", "config/lr": "0.0001"},
        ),
        notes=["What is not a number is left out: “custom_metric"],
    ),
    "rllib_result.json": read(
        curve(
            "rllib_result",
            "step",
            {
                "episode_reward_mean": (2, 4000, 8000, 20.5, 35),
                "info/learner/loss": (2, 4000, 8000, 0.9, NAN),
            },
            clocks={"seconds": (10.1, 20.3), "training_iteration": (1, 2)},
            settings={"config/env": "CartPole-v1", "done": "False", "config/lr": "0.0001"},
        ),
        notes=["Lists within a record are left out: “hist_sta"],
    ),
    "runs_wide.csv": read(
        curve("a", "step", {"loss": (2, 0, 1, 2, 1.5)}, settings={"seed": "0"}),
        curve("b", "step", {"loss": (2, 0, 1, 2.1, 1.4)}, settings={"seed": "1"}),
        notes=[],
    ),
    "sacred_metrics.json": read(
        curve(
            "sacred_metrics",
            "step",
            {"training.loss": (3, 0, 20, 2, 1.2), "training.acc": (3, 0, 20, 0.1, 0.6)},
            clocks={"seconds": (0, 10)},
        ),
        notes=[],
    ),
    "sb3_monitor.csv": read(
        curve(
            "sb3_monitor",
            "seconds",
            {"r": (3, 0, 2, 21, 30), "l": (3, 0, 2, 21, 30)},
            clocks={"seconds": (0.52, 0.75)},
            settings={"t_start": "1700000000.123", "env_id": "CartPole-v1"},
        ),
        notes=["No column counts steps or epochs: x is the ti"],
    ),
    "sb3_progress.csv": read(
        curve(
            "sb3_progress",
            "step",
            {
                "time/fps": (3, 2048, 6144, 500, 470),
                "rollout/ep_rew_mean": (3, 2048, 6144, 21, 31),
                "train/loss": (2, 4096, 6144, 0.52, 0.41),
                "train/learning_rate": (2, 4096, 6144, 0.0003, 0.0003),
            },
            clocks={"seconds": (4, 13), "iterations": (1, 3)},
        ),
        notes=[],
    ),
    "seconds_unit.csv": read(
        curve(
            "seconds_unit",
            "epoch",
            {"loss": (2, 1, 2, 0.9, 0.7)},
            clocks={"epoch": (1, 2), "seconds": (12.5, 25)},
        ),
        notes=[],
    ),
    "seeds.csv": read(
        curve("seed 0", "step", {"loss": (3, 0, 2, 2, 1.5)}, settings={"seed": "0"}),
        curve("seed 1", "step", {"loss": (3, 0, 2, 2.1, 1.4)}, settings={"seed": "1"}),
        notes=[],
    ),
    "semicolon_header.csv": read(
        curve(
            "semicolon_header",
            "step",
            {"train loss": (2, 0, 1, 2, 1.5), "val loss": (1, 0, 0, 2.1, 2.1)},
        ),
        notes=[],
    ),
    "sep_tab.csv": read(
        curve("sep_tab", "step", {"loss": (2, 0, 1, 2.5, 1.5)}),
        notes=["“loss” is read with decimal commas."],
    ),
    "shuffled_long.csv": read(
        curve("shuffled_long", "step", {"loss": (4, 0, 3, 2, 1.7), "acc": (3, 1, 3, 0.1, 0.3)}),
        notes=["The rows are not in the order of “step”, and "],
    ),
    "split_col.csv": read(
        curve(
            "split_col",
            "epoch",
            {
                "train/loss": (2, 1, 2, 0.9, 0.7),
                "val/loss": (2, 1, 2, 1, 0.8),
                "train/acc": (2, 1, 2, 0.5, 0.6),
                "val/acc": (2, 1, 2, 0.4, 0.5),
            },
            clocks={"epoch": (1, 2)},
        ),
        notes=[],
    ),
    "step_names.csv": read(
        curve("step_names", "step", {"loss": (3, 0, 2, 2, 1.2)}),
        notes=["What is not a number is left out: “label”."],
    ),
    "string_lists.json": read(
        curve("string_lists", "row", {"loss": (3, 0, 2, 0.9, 0.7)}),
        notes=["No column counts the steps: the rows are coun"],
    ),
    "tb_new.csv": read(
        curve("tb_new", "step", {"tb_new": (2, 0, 1, 2, 1.5)}, clocks={"seconds": (0, 1)}), notes=[]
    ),
    "thousands_us.csv": read(
        curve("thousands_us", "step", {"loss": (3, 0, 2000, 2.5, 2.3)}),
        notes=["The commas in “step” are read as thousands"],
    ),
    "three_epochs_no_epoch.csv": read(
        curve("three_epochs_no_epoch", "step", {"loss": (9, 0, 8, 2, 1.2)}),
        notes=["“batch” begins anew 2 times: it is counted on"],
    ),
    "timeonly.csv": read(
        curve("timeonly", "seconds", {"loss": (2, 0, 1, 2, 1.5)}, clocks={"seconds": (0, 5)}),
        notes=["No column counts steps or epochs: x is the ti"],
    ),
    "tokens_and_step.csv": read(
        curve(
            "tokens_and_step",
            "step",
            {"loss": (2, 10, 20, 3, 2.5)},
            clocks={"tokens": (40960, 81920)},
        ),
        notes=[],
    ),
    "torchtune.txt": read(
        curve(
            "torchtune",
            "step",
            {
                "loss": (3, 1, 3, 2.3, NAN),
                "lr": (3, 1, 3, 0.0001, 0.0002),
                "tokens_per_second_per_gpu": (3, 1, 3, 1200.5, 1211),
            },
        ),
        notes=[],
    ),
    "torn.csv": read(
        curve("torn", "step", {"loss": (2, 0, 1, 2, 1.5), "acc": (2, 0, 1, 0.1, 0.2)}),
        notes=["The last line is cut off in the middle, and l"],
    ),
    "torn.jsonl": read(
        curve("torn", "step", {"loss": (2, 0, 1, 2, 1.5)}),
        notes=["The last line is cut off in the middle, and l"],
    ),
    "trainthenval.csv": read(
        curve(
            "trainthenval",
            "step",
            {"train_loss": (3, 0, 10, 2, 1.2), "val_loss": (2, 0, 10, 2.1, 1.3)},
        ),
        notes=[],
    ),
    "trial.csv": read(
        curve("t1", "step", {"mean_accuracy": (2, 1, 2, 0.5, 0.6)}, settings={"config/lr": "0.1"}),
        curve("t2", "step", {"mean_accuracy": (2, 1, 2, 0.4, 0.7)}, settings={"config/lr": "0.01"}),
        notes=[],
    ),
    "tsv_note.csv": read(
        curve("tsv_note", "step", {"loss": (3, 0, 2, 2, 1.2)}),
        notes=["What is not a number is left out: “comment”."],
    ),
    "units.csv": read(
        curve(
            "units",
            "step",
            {"loss": (2, 0, 1, 2, 1.5), "throughput": (2, 0, 1, 12.3, 12.5)},
            clocks={"seconds": (0, 0.5)},
            units={"throughput": "it/s"},
        ),
        notes=["“throughput” is written in “it/s”."],
    ),
    "wandb_relative_two.csv": read(
        curve("a", "seconds", {"loss": (2, 0, 1, 2, 1.5)}, clocks={"seconds": (0.5, 1.5)}),
        curve("b", "seconds", {"loss": (2, 0, 1, 2.1, 1.6)}, clocks={"seconds": (0.7, 1.8)}),
        notes=["No column counts steps or epochs: x is the ti"],
    ),
    "wandb_runs_history.csv": read(
        curve(
            "brisk-sun-1",
            "step",
            {"train/loss": (2, 0, 10, 2, 1.5), "lr": (2, 0, 10, 0.1, 0.1)},
            clocks={"seconds": (0.5, 5.5)},
        ),
        curve(
            "calm-sea-2",
            "step",
            {"train/loss": (2, 0, 10, 2.1, 1.7), "lr": (2, 0, 10, 0.01, 0.01)},
            clocks={"seconds": (0.4, 5.4)},
        ),
        notes=[],
    ),
    "xgb_text.csv": read(
        curve(
            "xgb_text", "step", {"train-rmse": (2, 0, 1, 2, 1.5), "eval-rmse": (2, 0, 1, 2.1, 1.6)}
        ),
        notes=[],
    ),
}
