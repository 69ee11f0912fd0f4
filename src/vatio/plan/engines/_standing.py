"""Tell how plans stand: from what the ledger says of them, and from what waits on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vatio.errors import InvalidRecord
from vatio.plan.engines._order import Filed
from vatio.records import Plan, from_json, parse_rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Said
    from vatio.plan.engines._engine import Engine

CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """Hold how one plan stands. ``id`` is the plan's and its run's.

    ``state``: waiting, stale (nobody waits with it: ``vatio run --plan ID`` takes it up), running, finished, failed,
    interrupted, cancelled, or elsewhere (this machine has no order for it).
    """

    id: str
    state: str
    command: tuple[str, ...]
    engine: str
    submitted_at: datetime
    plan: Plan
    ticket: str | None = None
    why: str = ""


def standings(
    said: Iterable[Said],
    filed: Mapping[str, Filed],
    *,
    status_of: Callable[[str], str | None],
    engine_of: Callable[[str], Engine | None],
) -> tuple[PlanStanding, ...]:
    """Tell how each plan of a ledger stands, newest first; ``status_of`` gives a run's status, ``None`` before it begins."""
    first: dict[str, Said] = {}
    latest: dict[str, tuple[Said, Plan]] = {}
    for one in said:
        plan = _plan_of(one.payload)
        if one.run is None or plan is None or "engine" not in plan.more:
            continue
        first.setdefault(one.run, one)
        latest[one.run] = one, plan
    found = [_standing(run, first[run], plan, filed.get(run), status_of(run), engine_of) for run, (_, plan) in latest.items()]
    return tuple(sorted(found, key=lambda one: one.submitted_at, reverse=True))


def _standing(
    run: str,
    first: Said,
    plan: Plan,
    filed: Filed | None,
    status: str | None,
    engine_of: Callable[[str], Engine | None],
) -> PlanStanding:
    engine = str(plan.more.get("engine", "local"))
    state, why = _state(plan, filed, status, engine_of(engine))
    command = plan.more.get("command")
    return PlanStanding(
        id=run,
        state=state,
        command=tuple(str(word) for word in command) if isinstance(command, list) else (),
        engine=engine,
        submitted_at=parse_rfc3339(first.at),
        plan=plan,
        ticket=None if filed is None else filed.ticket,
        why=why,
    )


def _state(plan: Plan, filed: Filed | None, status: str | None, engine: Engine | None) -> tuple[str, str]:
    if status is not None:
        return status, ""
    if plan.decided_by.startswith(CANCELLED):
        return CANCELLED, plan.decided_by.partition(": ")[2]
    if filed is None:
        return "elsewhere", "its order is not on this machine"
    if not filed.waits:
        return ("running", "") if filed.is_owned else ("interrupted", "it was started, and nothing of it was recorded")
    if filed.is_owned:
        return "waiting", ""
    there = "gone" if engine is None or plan.more.get("engine") == "local" else engine.standing(filed)
    if there == "unknown":
        return "waiting", f"{plan.more.get('engine')} cannot be asked"
    return ("stale", "") if there == "gone" else ("waiting", "")


def _plan_of(payload: Mapping[str, Any]) -> Plan | None:
    try:
        return from_json(Plan, payload)
    except InvalidRecord:
        return None
