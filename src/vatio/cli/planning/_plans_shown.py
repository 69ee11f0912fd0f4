"""Show how plans stand, and take one back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from vatio.cli._rim import Rim
from vatio.cli._terminal import put_json, put_lines, put_table
from vatio.cli.planning._carrying import orders_of
from vatio.cli.planning._doing import engine_of
from vatio.cli.planning._plan_kept import cancelled
from vatio.errors import LedgerError, MeasureError, UnknownName, UsageError
from vatio.ledger import Said
from vatio.plan.engines import Engine, Filed, PlanStanding, filed_orders, find_order, standings
from vatio.records import rfc3339, to_json
from vatio.report import clean, local_time, short_id

HEADER = ("plan", "state", "begins", "finishes", "engine", "command")


def list_plans(rim: Rim, *, limit: int, as_json: bool) -> None:
    """Show the plans of this ledger, the newest first, with the line that takes a stale one up."""
    found = standing_plans(rim)
    chosen = found[:limit] if limit else found
    if as_json:
        put_json({"schema": "vatio.plans/1", "plans": [_as_json(one) for one in chosen]})
        return
    if chosen:
        put_table(HEADER, [_row(one) for one in chosen])
    put_lines(list(_stale_lines(chosen)))


def standing_plans(rim: Rim) -> tuple[PlanStanding, ...]:
    """Tell how each plan of this ledger stands."""
    filed = {one.order.id: one for one in filed_orders(orders_of(rim))}
    engines: dict[str, Engine | None] = {}

    def engine(name: str) -> Engine | None:
        if name not in engines:
            try:
                engines[name] = engine_of(rim, name)
            except UnknownName:  # of a plug-in that is not installed here
                engines[name] = None
        return engines[name]

    # An order tells of its plan too, where that could not be written into the ledger.
    said = [Said("", run, rfc3339(one.order.submitted_at), to_json(one.order.plan)) for run, one in filed.items()]
    known: dict[str, str] = {}
    try:
        with rim.ledger() as ledger:
            known = {run.id: run.status for run in ledger.overview.listed(0)}
            said += ledger.said("plan")
    except (UnknownName, LedgerError) as error:
        if isinstance(error, LedgerError):
            rim.note(str(error))
    return standings(said, filed, status_of=known.get, engine_of=engine)


def cancel_plan(rim: Rim, ref: str) -> None:
    """Take back a plan that waits, wherever it does; whoever waits with it ends.

    Raises:
        UsageError: it runs already, or is over.
        UnknownName: there is no such plan here.
    """
    filed = find_order(ref, orders_of(rim))
    order = filed.order
    if not filed.take_back():
        raise UsageError(
            f"plan {order.id[-8:]} has been started or taken back", hint="vatio plan list; a run ends by its own signal"
        )
    cancelled(rim, order, why="vatio plan cancel")
    try:
        engine_of(rim, order.engine).cancel(filed)
    except (MeasureError, UnknownName) as error:
        rim.note(f"{order.engine} was not told: {error}; the plan is taken back all the same")
    _forget(filed)
    put_lines([f"{order.id} taken back"])


def _forget(filed: Filed) -> None:
    """Remove the order where nobody waits with it; else who waits does so."""
    lock = filed.lock
    with suppress(OSError):  # who waited was quicker, and has removed it
        if lock.acquire():
            filed.remove()
            lock.release()


def _row(one: PlanStanding) -> tuple[str, ...]:
    times = [local_time(moment, "%a %m-%d %H:%M") for moment in (one.plan.start, one.plan.finish)]
    engine = one.engine if one.ticket is None else f"{one.engine} {clean(one.ticket)}"
    state = f"{one.state}: {clean(one.why)}" if one.why else one.state
    return short_id(one.id), state, *times, engine, clean(" ".join(one.command))


def _stale_lines(found: Sequence[PlanStanding]) -> Iterator[str]:
    for one in found:
        if one.state == "stale":
            yield f"nobody waits with {short_id(one.id)} any more: vatio run --plan {short_id(one.id)}"


def _as_json(one: PlanStanding) -> dict[str, object]:
    return {
        "id": one.id,
        "state": one.state,
        "why": one.why,
        "engine": one.engine,
        "ticket": one.ticket,
        "command": list(one.command),
        "submitted_at": rfc3339(one.submitted_at),
        "take_up": f"vatio run --plan {one.id}" if one.state == "stale" else None,
        "plan": to_json(one.plan),
    }
