"""Read a job's own tables: the rates at which it can run, and its power as it goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from vatio.errors import InvalidQuantity, UsageError
from vatio.files import text_of
from vatio.plan.job._job import PowerStep, Rate

_MOST_ROWS = 10_000
_MOST_BYTES = 8 << 20


def read_rates(path: str) -> tuple[Rate, ...]:
    """Read ways to run, the usual one first: ``throughput_ratio,power_w`` and perhaps ``scale`` and ``power_limit_w``.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a number that cannot be; the message names the line.
    """
    found = []
    for line, row in _rows(path, needed=("throughput_ratio", "power_w"), more=("scale", "power_limit_w")):
        try:
            found.append(
                Rate(
                    throughput_ratio=row["throughput_ratio"],
                    power_w=row["power_w"],
                    scale=row.get("scale", 1.0),
                    power_limit_w=row.get("power_limit_w"),
                )
            )
        except InvalidQuantity as error:
            raise UsageError(f"{path}, line {line}: {error}", hint=error.hint) from None
    return tuple(found)


def read_profile(path: str) -> tuple[PowerStep, ...]:
    """Read how a job's power changes: ``duration_s,power_w``, one row for each stretch of its own time.

    Raises:
        UsageError: it cannot be read, lacks a column, or has a number that cannot be; the message names the line.
    """
    found = []
    for line, row in _rows(path, needed=("duration_s", "power_w")):
        try:
            found.append(PowerStep(duration_s=row["duration_s"], power_w=row["power_w"]))
        except InvalidQuantity as error:
            raise UsageError(f"{path}, line {line}: {error}", hint=error.hint) from None
    return tuple(found)


def _rows(path: str, *, needed: Sequence[str], more: Sequence[str] = ()) -> list[tuple[int, dict[str, float]]]:
    try:
        with open(path, "rb") as file:
            held = io.StringIO(text_of(file.read(_MOST_BYTES)), newline="")
        rows = list(zip(range(_MOST_ROWS + 1), csv.DictReader(held), strict=False))
    except (OSError, csv.Error) as error:
        hint = f"a CSV file in UTF-8 with the head {','.join((*needed, *more))}"
        raise UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}", hint=hint) from error
    head = list(rows[0][1]) if rows else []
    lacking = [name for name in needed if name not in head]
    if lacking:
        raise UsageError(f"{path} has no column {lacking[0]}", hint=f"its head is {','.join((*needed, *more))}")
    return [(at + 2, _read(row, (*needed, *more), f"{path}, line {at + 2}", needed=needed)) for at, row in rows]


def _read(row: dict[str, str | None], names: Sequence[str], where: str, *, needed: Sequence[str]) -> dict[str, float]:
    found = {}
    for name in names:
        text = row.get(name)
        if text is None or not text.strip():
            continue
        try:
            found[name] = float(text)
        except ValueError:
            raise UsageError(f"{where}: {name} is {text[:40]!r}, not a number") from None
    lacking = [name for name in needed if name not in found]
    if lacking:
        raise UsageError(f"{where}: {lacking[0]} is empty")
    return found
