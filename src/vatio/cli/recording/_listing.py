"""Runs as a list: one line each and what they add up to, or JSON without their environments."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_table
from vatio.cli.recording._sharing import share_out
from vatio.errors import UnknownName
from vatio.ledger import GroupSum, Listed
from vatio.records import Quantity, to_json
from vatio.report import best, clean, duration, short_id

HEADER = ("run", "name", "project", "status", "started", "lasted", "energy", "workload", "CO2e")
RIGHT = (5, 6, 7, 8)


def list_runs(rim: Rim, *, limit: int, within: str | None, all: bool, as_json: bool, **filters: str | None) -> None:
    """List the newest runs, and say what they add to the sum of all.

    A gate makes dozens of runs within one: a list for people shows that one, unless they ask for ``all``.
    """
    chosen = {key: value for key, value in filters.items() if value is not None}
    ledger = None
    with suppress(UnknownName):  # where there is no ledger yet there are no runs
        ledger = rim.ledger()
    if ledger is None:
        _tell(rim, (), None, as_json=as_json)
        return
    with ledger:
        overview = ledger.overview
        if within is not None:
            chosen["within"] = ledger.find(within)
        elif not as_json and not all:
            chosen["within"] = ""
        runs = overview.seen_all(limit, **chosen) if as_json else overview.listed(limit, **chosen)
        total = overview.sum_of([run.id for run in runs if run.sealed], share_out=share_out)
    _tell(rim, runs, total, as_json=as_json)


def _tell(rim: Rim, runs: Sequence[Any], total: GroupSum | None, *, as_json: bool) -> None:
    if as_json:
        put_json(runs_json(runs, total))
    elif runs and total is not None:
        put_table(HEADER, [row(run) for run in runs], right=RIGHT)
        rim.note(total_text(runs, total))
    else:
        rim.note("no such runs; vatio run -- python train.py makes one")


def runs_json(runs: Sequence[Any], total: GroupSum | None) -> dict[str, Any]:
    """Give ``vatio.runs/1``."""
    from vatio.cli.recording._summing import sum_json

    shown = [run.to_json() if hasattr(run, "to_json") else to_json(run) for run in runs]
    listed = [{key: item for key, item in run.items() if key != "environment"} for run in shown]
    return {"schema": "vatio.runs/1", "runs": listed, **({} if total is None else {"total": sum_json(total)})}


def row(run: Listed) -> tuple[str, ...]:
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
        _value(run.total_g, "g"),
    )


def total_text(runs: Sequence[Listed], total: GroupSum) -> str:
    """Say what the runs of a list add up to, and why that may be less than their own figures."""
    going_on = len(runs) - total.runs
    said = [f"{total.runs} {'run' if total.runs == 1 else 'runs'} add up to {_value(total.energy_j, 'j')}"]
    said += [f"{_value(total.total_g, 'g')} CO2e"] if not total.total_g.is_missing else []
    if total.overlap_j.value:
        said.append(f"{_value(total.overlap_j, 'j')} that other runs claim too counted once")
    if going_on:
        said.append(f"{going_on} still going on not counted")
    return ", ".join(said)


def _value(quantity: Quantity, unit: str) -> str:
    return "-" if quantity.is_missing else best(quantity, unit)
