"""Layouts of further tools, each with the right reading of every number, written out."""

from __future__ import annotations

import json
import pickle

import pytest

from explorer.exchange.reading import Told, read_curves
from explorer.runs.axes import data_positions

Measured = dict[str, tuple[list[int], list[float]]]

# File → for each curve its label, what its steps count, and its series as steps and values.
LAYOUTS: dict[str, tuple[bytes, list[tuple[str, str, Measured]]]] = {
    "aim.csv": (
        b"run_hash,experiment,metric_name,context.subset,step,epoch,value\n"
        b"abc,exp,loss,train,0,0,2.0\nabc,exp,loss,val,0,0,2.1\n"
        b"abc,exp,loss,train,10,1,1.0\nabc,exp,loss,val,10,1,1.2\n"
        b"def,exp,loss,train,0,0,3.0\ndef,exp,loss,train,10,1,2.5\n",
        [
            ("abc", "step", {"train/loss": ([0, 10], [2, 1]), "val/loss": ([0, 10], [2.1, 1.2])}),
            ("def", "step", {"train/loss": ([0, 10], [3, 2.5])}),
        ],
    ),
    "comet.json": (
        b'[{"metricName": "loss", "metricValue": "0.5", "timestamp": 1700000000000, "runContext":'
        b' "train", "step": 1}, {"metricName": "loss", "metricValue": "0.4", "timestamp":'
        b' 1700000001000, "runContext": "train", "step": 2}]',
        [("comet", "step", {"train/loss": ([1, 2], [0.5, 0.4])})],
    ),
    "clearml.json": (
        b'{"loss": {"train": {"name": "train", "x": [0, 1, 2], "y": [2.0, 1.5, 1.0]},'
        b' "val": {"name": "val", "x": [0, 2], "y": [2.2, 1.2]}}}',
        [
            (
                "clearml",
                "step",
                {"loss/train": ([0, 1, 2], [2, 1.5, 1]), "loss/val": ([0, 2], [2.2, 1.2])},
            )
        ],
    ),
    "fastai.csv": (
        b"epoch,train_loss,valid_loss,accuracy,time\n0,1.5,1.2,0.6,01:12\n1,1.0,0.9,0.7,01:01\n",
        [
            (
                "fastai",
                "epoch",
                {
                    "train_loss": ([0, 1], [1.5, 1]),
                    "valid_loss": ([0, 1], [1.2, 0.9]),
                    "accuracy": ([0, 1], [0.6, 0.7]),
                    "time": ([0, 1], [72, 61]),
                },
            )
        ],
    ),
    "ultralytics/results.csv": (
        b"      epoch,     train/box_loss,  metrics/mAP50(B)\n"
        b"          1,             1.2345,           0.12345\n"
        b"          2,             1.1345,           0.22345\n",
        [
            (
                "results",
                "epoch",
                {
                    "train/box_loss": ([1, 2], [1.2345, 1.1345]),
                    "metrics/mAP50(B)": ([1, 2], [0.12345, 0.22345]),
                },
            )
        ],
    ),
    "detectron2/metrics.json": (
        b'{"eta_seconds": 9.0, "iteration": 19, "total_loss": 2.5}\n'
        b'{"eta_seconds": 8.0, "iteration": 39, "total_loss": 2.0}\n'
        b'{"bbox/AP": 10.0, "iteration": 39}\n',
        [
            (
                "metrics",
                "step",
                {
                    "eta_seconds": ([19, 39], [9, 8]),
                    "total_loss": ([19, 39], [2.5, 2]),
                    "bbox/AP": ([39], [10]),
                },
            )
        ],
    ),
    # A validation counts epochs where the training counts iterations.
    "mmengine/scalars.json": (
        b'{"lr": 0.1, "loss": 1.5, "time": 0.2, "epoch": 1, "iter": 50, "step": 50}\n'
        b'{"lr": 0.1, "loss": 1.2, "time": 0.3, "epoch": 1, "iter": 100, "step": 100}\n'
        b'{"coco/bbox_mAP": 0.3, "time": 0.05, "step": 1}\n'
        b'{"lr": 0.1, "loss": 1.0, "time": 0.2, "epoch": 2, "iter": 150, "step": 150}\n'
        b'{"coco/bbox_mAP": 0.4, "time": 0.06, "step": 2}\n',
        [
            (
                "scalars",
                "step",
                {
                    "lr": ([50, 100, 150], [0.1, 0.1, 0.1]),
                    "loss": ([50, 100, 150], [1.5, 1.2, 1]),
                    "time": ([50, 100, 150], [0.2, 0.3, 0.2]),
                    "coco/bbox_mAP": ([100, 150], [0.3, 0.4]),
                    "val/time": ([100, 150], [0.05, 0.06]),
                },
            )
        ],
    ),
    "xgboost.json": (
        b'{"train": {"logloss": [0.6, 0.5, 0.4]}, "eval": {"logloss": [0.65, 0.6, 0.58]}}',
        [
            (
                "xgboost",
                "row",
                {
                    "train/logloss": ([0, 1, 2], [0.6, 0.5, 0.4]),
                    "eval/logloss": ([0, 1, 2], [0.65, 0.6, 0.58]),
                },
            )
        ],
    ),
    "lightgbm.json": (
        b'{"training": {"auc": [0.7, 0.8]}, "valid_1": {"auc": [0.6, 0.7]}}',
        [
            (
                "lightgbm",
                "row",
                {"training/auc": ([0, 1], [0.7, 0.8]), "valid_1/auc": ([0, 1], [0.6, 0.7])},
            )
        ],
    ),
    "sklearn.csv": (
        b",loss_curve\n0,1.0\n1,0.5\n2,0.25\n",
        [("sklearn", "row", {"loss_curve": ([0, 1, 2], [1, 0.5, 0.25])})],
    ),
    "catboost.tsv": (
        b"iter\tLogloss\n0\t0.6\n1\t0.5\n",
        [("catboost", "step", {"Logloss": ([0, 1], [0.6, 0.5])})],
    ),
    "nanogpt.txt": (
        b"tokens per iteration will be: 491,520\n"
        b"step 0: train loss 4.2874, val loss 4.2823\n"
        b"iter 0: loss 4.2654, time 2345.11ms, mfu -100.00%\n"
        b"iter 10: loss 3.1234, time 200.11ms, mfu 5.00%\n"
        b"step 20: train loss 3.0, val loss 3.1\n",
        [
            (
                "nanogpt",
                "step",
                {
                    "train loss": ([0, 20], [4.2874, 3]),
                    "val loss": ([0, 20], [4.2823, 3.1]),
                    "loss": ([0, 10], [4.2654, 3.1234]),
                    "time": ([0, 10], [2345.11, 200.11]),
                    "mfu": ([0, 10], [-100, 5]),
                },
            )
        ],
    ),
    "llm.c/main.log": (
        b"s:0 tel:4.28\ns:0 trl:4.27\ns:1 trl:4.1\ns:2 trl:4.0\ns:2 tel:4.05\n",
        [("main", "step", {"tel": ([0, 2], [4.28, 4.05]), "trl": ([0, 1, 2], [4.27, 4.1, 4])})],
    ),
    "log_history.json": (
        b'[{"loss": 2.0, "epoch": 0.1, "step": 10}, {"loss": 1.5, "epoch": 0.2, "step": 20},'
        b' {"eval_loss": 1.6, "epoch": 0.2, "step": 20}]',
        [("log_history", "step", {"loss": ([10, 20], [2, 1.5]), "eval_loss": ([20], [1.6])})],
    ),
    "wandb.csv": (
        b'"Step","run-a - loss","run-a - loss__MIN","run-a - loss__MAX","run-b - loss"\n'
        b'"0","2","2","2","3"\n"1","1","1","1",""\n',
        [
            ("run-a", "step", {"loss": ([0, 1], [2, 1])}),
            ("run-b", "step", {"loss": ([0], [3])}),
        ],
    ),
    "mlflow.csv": (
        b"Run ID,Name,metric,step,timestamp,value\nabc,happy-fox-1,loss,0,1700000000000,2.0\n"
        b"abc,happy-fox-1,loss,1,1700000001000,1.0\ndef,sad-cat-2,loss,0,1700000000000,3.0\n"
        b"def,sad-cat-2,loss,1,1700000001000,2.0\n",
        [
            ("happy-fox-1", "step", {"loss": ([0, 1], [2, 1])}),
            ("sad-cat-2", "step", {"loss": ([0, 1], [3, 2])}),
        ],
    ),
    "lightning.csv": (
        b"epoch,hp_metric,step,train_loss_epoch,train_loss_step,val_acc\n,-1.0,0,,,\n"
        b"0,,49,,0.9,\n0,,99,,,0.8\n0,,99,1.1,,\n1,,149,,0.5,\n",
        [
            (
                "lightning",
                "step",
                {
                    "hp_metric": ([0], [-1]),
                    "train_loss_epoch": ([99], [1.1]),
                    "train_loss_step": ([49, 149], [0.9, 0.5]),
                    "val_acc": ([99], [0.8]),
                },
            )
        ],
    ),
    "stable_baselines3.csv": (
        b"time/total_timesteps,train/loss,rollout/ep_rew_mean\n2048,,10\n4096,0.5,20\n",
        [
            (
                "stable_baselines3",
                "step",
                {"train/loss": ([4096], [0.5]), "rollout/ep_rew_mean": ([2048, 4096], [10, 20])},
            )
        ],
    ),
    "ray/progress.csv": (
        b"trial_id,training_iteration,episode_reward_mean,config/lr\nt1,1,10.5,0.001\n"
        b"t1,2,20.5,0.001\n",
        [("progress", "step", {"episode_reward_mean": ([1, 2], [10.5, 20.5])})],
    ),
    "megatron.jsonl": (
        b'{"iteration": 10, "consumed_samples": 2560, "lm loss": 9.1}\n'
        b'{"iteration": 20, "consumed_samples": 5120, "lm loss": 8.1}\n',
        [("megatron", "step", {"lm loss": ([10, 20], [9.1, 8.1])})],
    ),
    # Rounds in brackets, and the sets by name.
    "xgboost.log": (
        b"[0]\ttrain-logloss:0.5\teval-logloss:0.6\n[1]\ttrain-logloss:0.4\teval-logloss:0.5\n",
        [
            (
                "xgboost",
                "step",
                {"train-logloss": ([0, 1], [0.5, 0.4]), "eval-logloss": ([0, 1], [0.6, 0.5])},
            )
        ],
    ),
    "lightgbm.log": (
        b"[LightGBM] [Info] Total Bins 255\n"
        b"[1]\ttraining's l2: 0.5\tvalid_1's l2: 0.6\n[2]\ttraining's l2: 0.4\tvalid_1's l2: 0.5\n",
        [
            (
                "lightgbm",
                "step",
                {"training/l2": ([1, 2], [0.5, 0.4]), "valid_1/l2": ([1, 2], [0.6, 0.5])},
            )
        ],
    ),
    # A step of so many, and an average of none.
    "modded_nanogpt.log": (
        b"step:0/1750 val_loss:10.5 train_time:0ms step_avg:nanms\n"
        b"step:125/1750 val_loss:4.5 train_time:11000ms step_avg:95.5ms\n",
        [
            (
                "modded_nanogpt",
                "step",
                {
                    "val_loss": ([0, 125], [10.5, 4.5]),
                    "train_time": ([0, 125], [0, 11000]),
                    "step_avg": ([0, 125], [pytest.approx(float("nan"), nan_ok=True), 95.5]),
                },
            )
        ],
    ),
    "determined.json": (
        b'[{"trial_id": 1, "group": "training", "total_batches": 100, "metrics": {"loss": 2.0}},'
        b' {"trial_id": 1, "group": "training", "total_batches": 200, "metrics": {"loss": 1.5}},'
        b' {"trial_id": 1, "group": "validation", "total_batches": 200, "metrics": {"loss": 1.7}}]',
        [
            (
                "determined",
                "step",
                {
                    "training/metrics/loss": ([100, 200], [2, 1.5]),
                    "validation/metrics/loss": ([200], [1.7]),
                },
            )
        ],
    ),
    # Its step is -1 at the end of an epoch.
    "sentence_transformers.csv": (
        b"epoch,steps,spearman\n0,100,0.5\n0,200,0.6\n0,-1,0.65\n1,100,0.7\n1,200,0.75\n1,-1,0.8\n",
        [
            (
                "sentence_transformers",
                "row",
                {"spearman": ([0, 1, 2, 3, 4, 5], [0.5, 0.6, 0.65, 0.7, 0.75, 0.8])},
            )
        ],
    ),
    # Without a word for what tells its runs apart.
    "grid.csv": (
        b"lr,batch_size,epoch,loss\n"
        b"0.1,32,0,2\n0.1,32,1,1\n0.1,64,0,2.5\n0.1,64,1,1.5\n0.01,32,0,3\n0.01,32,1,2.5\n",
        [
            ("lr 0.1, batch_size 32", "epoch", {"loss": ([0, 1], [2, 1])}),
            ("lr 0.1, batch_size 64", "epoch", {"loss": ([0, 1], [2.5, 1.5])}),
            ("lr 0.01, batch_size 32", "epoch", {"loss": ([0, 1], [3, 2.5])}),
        ],
    ),
    "side_by_side.csv": (
        b"epoch,optimizer,loss\n0,adam,2\n0,sgd,3\n1,adam,1\n1,sgd,2\n",
        [
            ("adam", "epoch", {"loss": ([0, 1], [2, 1])}),
            ("sgd", "epoch", {"loss": ([0, 1], [3, 2])}),
        ],
    ),
    # A schedule that a resumed training goes on with tells no runs apart.
    "resumed.csv": (
        b"step,lr,loss\n0,0.1,3\n1,0.1,2\n2,0.1,9\n3,0.1,9\n2,0.01,1\n3,0.01,0.5\n",
        [
            (
                "resumed",
                "step",
                {
                    "lr": ([0, 1, 2, 3], [0.1, 0.1, 0.01, 0.01]),
                    "loss": ([0, 1, 2, 3], [3, 2, 1, 0.5]),
                },
            )
        ],
    ),
    "two_models.json": (
        b'{"cnn": {"loss": [2, 1], "val_loss": [3, 2]},'
        b' "mlp": {"loss": [4, 3], "val_loss": [5, 4]}}',
        [
            ("cnn", "epoch", {"loss": ([0, 1], [2, 1]), "val_loss": ([0, 1], [3, 2])}),
            ("mlp", "epoch", {"loss": ([0, 1], [4, 3]), "val_loss": ([0, 1], [5, 4])}),
        ],
    ),
    # A validation that counts its own batches belongs to the end of its epoch.
    "mmcv/1.log.json": (
        b'{"mode": "train", "epoch": 1, "iter": 50, "loss": 3.0}\n'
        b'{"mode": "train", "epoch": 1, "iter": 100, "loss": 2.0}\n'
        b'{"mode": "train", "epoch": 2, "iter": 50, "loss": 1.5}\n'
        b'{"mode": "train", "epoch": 2, "iter": 100, "loss": 1.0}\n'
        b'{"mode": "val", "epoch": 2, "iter": 500, "mAP": 0.5}\n',
        [
            (
                "1",
                "step",
                {"train/loss": ([50, 100, 150, 200], [3, 2, 1.5, 1]), "val/mAP": ([200], [0.5])},
            )
        ],
    ),
    "timm/summary.csv": (
        b"epoch,train_loss,eval_top1\n0,6.9,1.0\n1,6.5,3.0\n",
        [
            (
                "summary",
                "epoch",
                {"train_loss": ([0, 1], [6.9, 6.5]), "eval_top1": ([0, 1], [1, 3])},
            )
        ],
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_number_of_a_layout_is_read_at_its_step(name: str) -> None:
    content, expected = LAYOUTS[name]
    found = [
        (
            one.label,
            one.data.x,
            {
                series: (own.steps.tolist(), own.values.tolist())
                for series, own in one.data.series.items()
            },
        )
        for one in read_curves(content, name).curves
    ]
    assert found == expected


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickled_history_is_refused_in_words(protocol: int) -> None:
    content = pickle.dumps({"loss": [1.0, 0.5]}, protocol=protocol)
    with pytest.raises(ValueError, match="pickled Python object: write it as CSV or JSON"):
        read_curves(content, "history.pkl")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("w.csv", b"step,_timestamp,loss\n0,1700000000.5,2\n5,1700000010.5,1\n"),
        ("r.csv", b"step,_runtime,_timestamp,loss\n0,0,1700000000.5,2\n5,10,1700000010.5,1\n"),
        ("m.csv", b"step,timestamp,loss\n0,1700000000500,2\n5,1700000010500,1\n"),
        ("i.csv", b"date,step,loss\n2023-11-14T22:13:20.500000001Z,0,2\n"
         b"2023-11-14T22:13:30.5Z,5,1\n"),
        ("l.csv", b'asctime,step,loss\n"2023-11-14 22:13:20,500",0,2\n'
         b'"2023-11-14 22:13:30,500",5,1\n'),
        ("g.csv", b"Datum;step;loss\n14.11.2023 22:13:20,5;0;2\n14.11.2023 22:13:30,5;5;1\n"),
        ("t.json", b"[[1700000000.5, 0, 2], [1700000010.5, 5, 1]]"),
        ("loss", b"1700000000500 2 0\n1700000010500 1 5\n"),
    ],
)  # fmt: skip
def test_a_file_with_times_tells_when_its_training_began(name: str, content: bytes) -> None:
    (curve,) = read_curves(content, name).curves
    (series,) = curve.data.series.values()
    assert data_positions(curve.data, series.steps, "time").tolist() == [0, 10]
    assert data_positions(curve.data, series.steps, "clock").tolist() == [
        1_700_000_000_500,
        1_700_000_010_500,
    ]


def test_what_is_logged_in_the_end_at_an_early_step_does_not_move_that_step() -> None:
    lines = b"".join(
        b'{"key": "%s", "value": 1, "step": %d, "timestamp": %d}\n' % told
        for told in [(b"loss", 0, 1700000000), (b"loss", 1, 1700000001), (b"test", 0, 1700000009)]
    )
    data = read_curves(lines, "x.jsonl").curves[0].data
    assert data.clocks["seconds"].values.tolist() == [0, 1]


UNNAMED = b"n,a,loss\n3,5,0.5\n4,6,0.4\n5,7,0.3\n"


def test_a_person_says_which_column_counts_the_steps() -> None:
    with pytest.raises(ValueError, match="is unclear which column") as refused:
        read_curves(UNNAMED, "x.csv")
    assert refused.value.columns == ("n", "a", "loss")
    reading = read_curves(UNNAMED, "x.csv", Told(x="a"))
    assert (reading.x, reading.columns) == ("a", ("n", "a", "loss"))
    series = reading.curves[0].data.series
    assert {name: one.steps.tolist() for name, one in series.items()} == {
        "n": [5, 6, 7],
        "loss": [5, 6, 7],
    }
    with pytest.raises(ValueError, match="no column “b”") as refused:
        read_curves(UNNAMED, "x.csv", Told(x="b"))
    assert refused.value.columns == ("n", "a", "loss")


def test_what_a_person_says_goes_before_what_would_be_found_out() -> None:
    both = b"epoch,step,loss\n0,10,2\n1,20,1\n"
    assert read_curves(both, "x.csv").x == "step"
    by_epoch = read_curves(both, "x.csv", Told(x="epoch")).curves[0].data
    assert (by_epoch.x, by_epoch.series["loss"].steps.tolist()) == ("epoch", [0, 1])
    grouped = b"step;loss\n1;1,234\n2;2,345\n"
    for decimal, values in (("", [1.234, 2.345]), (".", [1234, 2345]), (",", [1.234, 2.345])):
        data = read_curves(grouped, "x.csv", Told(decimal=decimal)).curves[0].data
        assert data.series["loss"].values.tolist() == values
    points = b"step,loss\n1,1.234\n2,2.345\n"
    data = read_curves(points, "x.csv", Told(decimal=",")).curves[0].data
    assert data.series["loss"].values.tolist() == [1234, 2345]


def test_json_lines_take_the_column_that_a_person_names() -> None:
    lines = "\n".join(json.dumps({"n": k, "m": k * k, "loss": 1 / k}) for k in range(1, 4))
    data = read_curves(lines.encode(), "x.jsonl", Told(x="m")).curves[0].data
    assert data.series["loss"].steps.tolist() == [1, 4, 9]


def test_a_metric_that_no_step_is_told_of_is_left_out_of_a_count_that_begins_anew() -> None:
    table = b"epoch,iter,loss,val\n1,50,3,\n1,100,2,\n2,50,1,\n2,100,0.5,\n2,,,0.7\n"
    reading = read_curves(table, "x.csv")
    series = reading.curves[0].data.series
    assert {name: one.steps.tolist() for name, one in series.items()} == {
        "loss": [50, 100, 150, 200]
    }
    assert "1 measurement has no “iter”: left out." in reading.notes
