"""Apache Parquet: a row a run, its figures as typed columns for a query, and the whole record for a reader.

Nothing is lost: what vatio writes it reads back with the same ids. Feather files (Arrow IPC) of the same columns are read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from vatio.errors import InvalidRecord, UsageError
from vatio.interop._format import Written
from vatio.interop._told import Item, Problem, WholeRun
from vatio.plugins import require
from vatio.records import Quantity, RunRecord, from_json, to_json

_SCHEMA = "vatio.runs/1"
_TEXTS = ("id", "name", "project", "series", "stage", "status", "basis")
_QUANTITIES = ("energy_j", "workload_energy_j", "water_l", "cost_eur")
_EMISSIONS = ("operational", "operational_market", "embodied", "total")


class Parquet:
    """Read and write tables of runs."""

    name = "parquet"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the mark of either container."""
        return head.startswith(("PAR1", "ARROW1"))

    def read(self, path: str) -> Iterator[Item]:
        """Read the record of each row."""
        arrow = require("pyarrow", extra="parquet")
        for count, text in enumerate(_records(arrow, path), 1):
            place = f"row {count}"
            try:
                value = json.loads(text)
                json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be stored
                record = from_json(RunRecord, value)
            except (InvalidRecord, ValueError, TypeError, RecursionError) as error:
                yield Problem(place, f"its record cannot be read: {error}")
                continue
            yield WholeRun(place, record)

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write typed columns with their units in the names, and each record in whole."""
        arrow, parquet = require("pyarrow", extra="parquet"), require("pyarrow.parquet", extra="parquet")
        schema = _schema(arrow)
        table = arrow.Table.from_pylist([_row(record) for record in records], schema=schema)
        out = io.BytesIO()
        parquet.write_table(table, out, compression="zstd")
        return Written(out.getvalue(), ("the samples",))


def _records(arrow: Any, path: str) -> Iterator[str]:
    try:
        for batch in _batches(arrow, path):
            if "record" not in batch.schema.names:
                raise UsageError(f"{path} has no column 'record': vatio did not write it")
            yield from (str(text) for text in batch.column("record").to_pylist())
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error


def _batches(arrow: Any, path: str) -> Iterator[Any]:
    with open(path, "rb") as file:
        if file.read(4) == b"PAR1":
            parquet = require("pyarrow.parquet", extra="parquet")
            yield from parquet.ParquetFile(path).iter_batches(batch_size=1000)
            return
        reader = arrow.ipc.open_file(path)
        for at in range(reader.num_record_batches):
            yield reader.get_batch(at)


def _schema(arrow: Any) -> Any:
    numbers = [*_QUANTITIES, *(f"emissions_{name}_g" for name in _EMISSIONS)]
    columns = [(name, arrow.string()) for name in _TEXTS]
    columns += [("started_at", arrow.timestamp("us", tz="UTC")), ("duration_s", arrow.float64()), ("cpu_s", arrow.float64())]
    columns += [(f"{name}{end}", arrow.float64()) for name in numbers for end in ("", "_low", "_high")]
    columns += [(f"{name}_provenance", arrow.string()) for name in numbers]
    return arrow.schema([*columns, ("record", arrow.string())], metadata={"schema": _SCHEMA})


def _row(record: RunRecord) -> dict[str, object]:
    figures: dict[str, Quantity] = {name: getattr(record, name) for name in _QUANTITIES}
    figures |= {f"emissions_{name}_g": getattr(record.emissions_g, name) for name in _EMISSIONS}
    row: dict[str, object] = {name: getattr(record, name) for name in (*_TEXTS, "started_at", "duration_s", "cpu_s")}
    for name, figure in figures.items():
        row |= {name: figure.value, f"{name}_low": figure.low, f"{name}_high": figure.high}
        row[f"{name}_provenance"] = figure.provenance
    return {**row, "record": json.dumps(to_json(record), allow_nan=False)}
