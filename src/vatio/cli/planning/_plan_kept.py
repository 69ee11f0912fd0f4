"""Keep a plan in the ledger: whose it is, what it expects, that it changed, that it was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vatio.cli._rim import Rim
from vatio.cli.planning._planning import Planned
from vatio.errors import LedgerError
from vatio.plan.engines import Order
from vatio.plan.outcome import expected
from vatio.records import Plan, rfc3339
from vatio.report import local_time


def described(rim: Rim, found: Planned, command: Sequence[str], *, engine: str, submitted_at: datetime) -> Plan:
    """Add to a plan what tells whose it is, and what it expects; the command's secrets are left out."""
    hoped = None
    if found.curve is not None:
        hoped = expected(found.plan, found.curve, submitted_at=submitted_at, duration_s=found.job.duration_s)
    more = {
        "engine": engine,
        "command": list(_redacted(rim, command)),
        "submitted_at": rfc3339(submitted_at),
        "deadline": rfc3339(found.job.deadline),
        "duration_s": found.job.duration_s,
        "expected_g_per_kwh": None if hoped is None else hoped.g_per_kwh,
        "now_g_per_kwh": None if hoped is None else hoped.now_g_per_kwh,
    }
    return replace(found.plan, more={**found.plan.more, **more})


def kept(rim: Rim, plan: Plan, run: str) -> str | None:
    """Write a plan into the ledger under its run's id, and give the entry's hash; ``None`` where it cannot be written."""
    from vatio.ledger import open_keeper

    keeper = open_keeper(rim.config(), environ=rim.environ)
    try:
        return keeper.append("plan", plan, run=run).hash
    except (LedgerError, OSError) as error:
        rim.note(f"the plan is not recorded: {error}")
        return None
    finally:
        keeper.close()


def cancelled(rim: Rim, order: Order, *, why: str) -> None:
    """Say in the ledger that a plan was taken back."""
    kept(rim, replace(order.plan, decided_by=f"cancelled: {why}"), order.id)


def begins(plan: Plan) -> str:
    """Say when a plan begins, in local time."""
    if plan.start <= datetime.now(UTC):
        return f"begins now ({plan.decided_by})"
    return f"begins {local_time(plan.start)} ({plan.decided_by})"


def _redacted(rim: Rim, command: Sequence[str]) -> tuple[str, ...]:
    from vatio.measure import surroundings
    from vatio.measure.snapshot import Veil, local_salt

    hostname, reveal = surroundings(rim.environ).hostname, rim.config().record.reveal
    return Veil(rim.environ, hostname=hostname, salt=local_salt(rim.environ), reveal=reveal).argv(command)
