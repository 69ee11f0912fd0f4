"""Read the hourly intensities of 2022, a series for each zone, where the data is at hand (``VATIO_TEST_DATA``)."""

from __future__ import annotations

import csv
import gzip
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from vatio.account import IntensityCurve

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("VATIO_TEST_DATA", HERE.parents[2] / "shared" / "data"))
START_S = datetime(2022, 1, 1, tzinfo=UTC).timestamp()
HOUR_S = 3600.0
MISSING = "the hourly intensities of 2022 are not at hand: set VATIO_TEST_DATA"


@cache
def series() -> dict[str, list[float]]:
    """Read every zone; none where the file is not there."""
    path = DATA / "grid" / "intensity_hourly_2022.csv.gz"
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    return {zone: [float(row[at]) for row in rows] for at, zone in enumerate(head) if at}


def curve(zone: str, first: int, hours: int) -> IntensityCurve:
    """Give the curve of a zone for some hours from one on."""
    starts_s = tuple(START_S + HOUR_S * (first + at) for at in range(hours))
    values = tuple(series()[zone][first : first + hours])
    return IntensityCurve(starts_s=starts_s, values_g_per_kwh=values, end_s=starts_s[-1] + HOUR_S, source=zone, zone=zone)


def moment(hour: int) -> datetime:
    """Give the start of an hour of the year."""
    return datetime.fromtimestamp(START_S + HOUR_S * hour, UTC)


def table(name: str) -> list[dict[str, str]]:
    """Read one of the published tables beside this file."""
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
