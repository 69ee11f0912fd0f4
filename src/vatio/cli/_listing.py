"""Runs as a list: one line each, or JSON without their environments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vatio.records import Quantity, RunRecord, to_json
from vatio.report import best, clean, duration, short_id

HEADER = ("run", "name", "project", "status", "started", "lasted", "energy", "workload", "CO2e")
RIGHT = (5, 6, 7, 8)


def runs_json(runs: Sequence[RunRecord]) -> dict[str, Any]:
    """Give ``vatio.runs/1``."""
    shown = [to_json(replace(run, environment=None)) for run in runs]
    return {
        "schema": "vatio.runs/1",
        "runs": [{key: item for key, item in run.items() if key != "environment"} for run in shown],
    }


def row(run: RunRecord) -> tuple[str, ...]:
    """Give the cells of one run."""
    return (
        short_id(run.id),
        clean(run.name),
        clean(run.project),
        run.status,
        run.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        duration(run.duration_s),
        _value(run.energy_j, "j"),
        _value(run.workload_energy_j, "j"),
        _value(run.emissions_g.total, "g"),
    )


def _value(quantity: Quantity, unit: str) -> str:
    return "-" if quantity.is_missing else best(quantity, unit)
