"""The series that forecasts are held against: 92 zones of 2022, and two zones in 2021 and 2023, on which no choice was made."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(os.environ.get("VATIO_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "grid"
WIND = ("DE", "DK-DK1", "DK-DK2", "GB", "GB-NIR", "FI", "US-CENT-SWPP", "US-NW-PSCO")
_LCA = "Carbon Intensity gCO₂eq/kWh (LCA)"


def of_2022() -> dict[str, Any]:
    """Read the 92 zones, none if they are not at hand."""
    path = DATA / "intensity_hourly_2022.csv.gz"
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = csv.reader(file)
        zones = next(rows)[1:]
        table = np.array([[float(cell) for cell in row[1:]] for row in rows])
    return {zone: table[:, at].copy() for at, zone in enumerate(zones)}


def held_out() -> dict[str, Any]:
    """Read other years of two zones, from another download."""
    found = {}
    for path in sorted((DATA / "em_portal").glob("*_202[13]_hourly.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found[path.name.removesuffix("_hourly.csv.gz")] = np.array([float(row[_LCA]) for row in csv.DictReader(file)])
    return found
