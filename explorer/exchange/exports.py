"""Every format that curves can be downloaded in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from explorer.exchange import script_export
from explorer.exchange.exported import file_stem
from explorer.exchange.json_export import export_json
from explorer.exchange.long_table import export_csv, export_parquet
from explorer.exchange.report import export_report
from explorer.exchange.tensorboard_export import export_tensorboard
from explorer.runs.run import CurveRow


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format that curves are written in.

    Attributes:
        name: What its files are called, with {} where the curves are named.
        export: Makes the file's bytes of curves, and of figures if it shows any.
        why_not: Says why the format cannot hold curves, or "".
    """

    label: str
    described: str
    name: str
    mime: str
    export: Callable[..., bytes]
    why_not: Callable[[Sequence[CurveRow]], str] = lambda rows: ""

    def file_name(self, labels: Sequence[str]) -> str:
        """Return the name of a file of curves of these names, safe on every system."""
        return self.name.format(file_stem(labels))


EXPORTS: Mapping[str, Exporter] = {
    "csv": Exporter(
        label="CSV",
        described="Every measurement as a row of one table; can be imported again.",
        name="{}.csv",
        mime="text/csv",
        export=export_csv,
    ),
    "json": Exporter(
        label="JSON",
        described="Settings, environment and all records, confusion matrices too.",
        name="{}.json",
        mime="application/json",
        export=export_json,
    ),
    "parquet": Exporter(
        label="Parquet",
        described="The table of the CSV with its types, for pandas, polars or DuckDB.",
        name="{}.parquet",
        mime="application/vnd.apache.parquet",
        export=export_parquet,
    ),
    "report": Exporter(
        label="HTML report",
        described="One page with the plots and the settings that differ; opens offline.",
        name="{}.html",
        mime="text/html",
        export=export_report,
    ),
    "tensorboard": Exporter(
        label="TensorBoard",
        described="Event files, a folder for each curve, zipped; can be imported again, bit for "
        "bit, though TensorBoard itself shows 32 bits of each number.",
        name="{}-tensorboard.zip",
        mime="application/zip",
        export=export_tensorboard,
    ),
    "script": Exporter(
        label="Python script",
        described="Trains the curves again with plain PyTorch and gives the same losses.",
        name="repeat-{}.py",
        mime="text/x-python",
        export=script_export.export_script,
        why_not=script_export.why_not,
    ),
}
"""By a name that can stand in a key or an address."""
