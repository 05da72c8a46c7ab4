"""Every format that curves can be downloaded in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from explorer.exchange import script_export
from explorer.exchange.csv_export import export_csv
from explorer.exchange.exported import ExportedCurve, ExportedFile
from explorer.exchange.json_export import export_json
from explorer.exchange.parquet_export import export_parquet
from explorer.exchange.report import export_report
from explorer.exchange.tensorboard_export import export_tensorboard
from explorer.training.runs import CurveRow


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format.

    Attributes:
        label: What it is called.
        described: What it holds, in a sentence.
        export: Makes the file.
        why_not: Says why the format cannot hold curves, or "".
    """

    label: str
    described: str
    export: Callable[[Sequence[ExportedCurve]], ExportedFile]
    why_not: Callable[[Sequence[CurveRow]], str] = lambda rows: ""


EXPORTS: Mapping[str, Exporter] = {
    "csv": Exporter(
        "CSV", "Every measurement as a row of one table; can be imported again.", export_csv
    ),
    "json": Exporter(
        "JSON", "Settings, environment and all records, confusion matrices too.", export_json
    ),
    "parquet": Exporter(
        "Parquet", "The table of the CSV with its types, for pandas, polars or DuckDB.",
        export_parquet,
    ),
    "report": Exporter(
        "HTML report", "One page with the plots and the settings that differ; opens offline.",
        export_report,
    ),
    "tensorboard": Exporter(
        "TensorBoard", "Event files, a folder for each curve, zipped.", export_tensorboard
    ),
    "script": Exporter(
        "Python script", "Repeats the training with plain PyTorch and gives the same curves.",
        script_export.export_script, script_export.why_not,
    ),
}  # fmt: skip
"""By a name that can stand in a key or an address."""
