"""After a planned run: account for it with what the grid really emitted, and hold it against its plan."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli.planning._grid_told import realised
from vatio.errors import LedgerError, UnknownName, VatioError
from vatio.files import write_whole
from vatio.plan.engines import Order
from vatio.records import Plan, PlanOutcome, dumps, to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account import EnergyCurve, GridSeries
    from vatio.ledger import Ledger
    from vatio.measure import RunOutcome
    from vatio.records import RunRecord


def settled(rim: Rim, outcome: RunOutcome, order: Order, plan: Plan) -> tuple[RunOutcome, tuple[str, ...]]:
    """Give the outcome of a run with its account by the hour, and lines that hold it against its plan.

    Where the hours of the run are not known the annual account stands, and the lines say so.
    """
    record = outcome.record
    if record is None or record.ended_at is None:
        return outcome, ()
    zone = plan.windows[0].zone or ""
    when = order.wishes.get("when") or {}
    hour = timedelta(hours=1)
    asked: dict[str, Any] = {"zone": zone, "start": order.submitted_at - hour, "end": record.ended_at + hour}
    series = realised(rim, order.wishes, when.get("source"), **asked)
    if series is None or not _knows(series, record):
        return outcome, (f"{'plan':<10} {plan.decided_by}; what the grid emitted meanwhile is not known here",)
    try:
        with _ledger(rim) as ledger:
            return _accounted(rim, ledger, outcome, order, plan, series)
    except (LedgerError, UnknownName) as error:
        return outcome, (f"{'plan':<10} {plan.decided_by}; not accounted by the hour: {error}",)


def _knows(series: GridSeries, record: RunRecord) -> bool:
    """Tell whether a series knows anything of the hours of a run."""
    from vatio.account import mean_over

    begin = record.ended_at - timedelta(seconds=record.duration_s) if record.ended_at else record.started_at
    return not mean_over(series, "g_per_kwh", begin, record.duration_s).is_missing


def _ledger(rim: Rim) -> Ledger:
    from vatio.ledger import open_ledger

    return open_ledger(config=rim.config(), environ=rim.environ)


def _accounted(
    rim: Rim, ledger: Ledger, outcome: RunOutcome, order: Order, plan: Plan, series: Any
) -> tuple[RunOutcome, tuple[str, ...]]:
    from vatio.account import footprint
    from vatio.plan.outcome import outcome as compared
    from vatio.plan.outcome import outcome_lines

    record = outcome.record
    if record is None:
        return outcome, ()
    drawn = _drawn(ledger, record.id)
    account = footprint(record, grid=series, curve=drawn, site=rim.config().site)
    found = compared(record, account, plan, series, submitted_at=order.submitted_at, drawn=drawn)
    ledger.account([account])
    ledger.append("plan", with_outcome(plan, found), run=order.id)
    shown = ledger.run(record.id)
    if order.options.get("record"):
        with suppress(OSError):  # the file of the end stands; only its account is older
            write_whole(order.options["record"], dumps(shown) + b"\n")
    return replace(outcome, record=shown), tuple(outcome_lines(found))


def with_outcome(plan: Plan, found: PlanOutcome) -> Plan:
    """Give a plan with how it turned out, as the ledger keeps it."""
    return replace(plan, more={**plan.more, "outcome": to_json(found)})


def _drawn(ledger: Ledger, run: str) -> EnergyCurve | None:
    from vatio.account import energy_curve

    with suppress(VatioError):
        return energy_curve(ledger.samples(run))
    return None
