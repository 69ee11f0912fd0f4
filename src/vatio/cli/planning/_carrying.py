"""Carry an order out: wait with it on this host, run its command by its plan, and say afterwards how the plan turned out."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.cli import _run_options
from vatio.cli._rim import Rim
from vatio.cli._running import Follows, Unharmed, run_words
from vatio.cli._terminal import live_writer
from vatio.cli.planning import _plan_options
from vatio.cli.planning._afterwards import settled
from vatio.cli.planning._plan_kept import begins, cancelled, described, kept
from vatio.cli.planning._planning import planned
from vatio.errors import Refused, UsageError, VatioError
from vatio.plan.engines import (
    MARK,
    AfterCheckpoint,
    Filed,
    OwnSignals,
    StopTree,
    Waiting,
    WindowPauses,
    find_order,
    napper,
    open_bell,
    order_folders,
    schedule_of,
    wait_for,
)
from vatio.plan.outcome import mean_of
from vatio.records import Plan, PlanWindow
from vatio.report import duration

# Another window is worth moving to from this share on: a forecast that trembles must not carry a job to and fro.
_WORTH_RATIO = 0.02
# A forecast comes hourly at most; a file is looked at when it changes.
_ASK_AGAIN_S = 900.0
_CTRL_C = 130
_REFUSED = 125


def take_up(rim: Rim, ref: str, words: Sequence[str], when: Mapping[str, Any], *, unharmed: Unharmed) -> int:
    """Take up a plan that nobody waits with: by hand, or as the engine to which it was handed.

    Raises:
        Refused: somebody waits with it, or it has been started or taken back.
        UnknownName: there is no order of that name here.
    """
    if words or any(when[name] for name in when if name != "plan"):
        raise UsageError("--plan takes the command and options of its order", hint="vatio run --plan ID, and nothing else")
    filed = find_order(ref, orders_of(rim))
    order = filed.order
    handed = rim.environ.get(MARK) == order.id
    environ = {name: value for name, value in rim.environ.items() if name != MARK}
    try:
        os.chdir(order.folder)
    except OSError as error:
        raise Refused(f"the folder of the plan is gone: {order.folder}: {error.strerror}") from error
    own = rim.again(environ if handed else {**environ, **order.environ})
    own.config({**_plan_options.configured(order.wishes), **_run_options.configured(order.options)})
    return carry_out(own, filed, unharmed=unharmed, is_fresh=handed, is_detached=handed)


def orders_of(rim: Rim) -> tuple[str, ...]:
    """List where the orders of this project lie."""
    from vatio.ledger import places
    from vatio.ledger.disk import ledger_path

    where = places(rim.environ)
    return order_folders(ledger_path(None, rim.config(), where), where)


def carry_out(rim: Rim, filed: Filed, *, unharmed: Unharmed, is_fresh: bool = True, is_detached: bool = False) -> int:
    """Own an order, wait, run its command, and forget it; give the exit code. One that is not fresh is planned anew.

    Of one that is detached the notes go to a log, where nobody can press Ctrl-C.

    Raises:
        Refused: another process owns it, or it has been decided already.
    """
    lock = filed.lock
    if not lock.acquire():
        raise Refused(f"somebody waits with plan {filed.order.id[-8:]} already", hint="vatio plan list")
    try:
        retry = not filed.waits and _is_requeued(rim, filed)
        if not filed.waits and not retry:
            raise Refused(f"plan {filed.order.id[-8:]} has been started or taken back", hint="vatio plan list")
        plan = filed.order.plan if retry else _awaited(rim, filed, is_fresh=is_fresh, is_detached=is_detached)
        if not retry and filed.order.deadline <= datetime.now(UTC) and filed.take_back():
            cancelled(rim, filed.order, why="its deadline passed before it could start")
            filed.remove()
            raise Refused(f"the deadline of plan {filed.order.id[-8:]} has passed: nothing ran", hint="order it anew")
        if plan is None or not (retry or filed.launch()):
            rim.note(f"plan {filed.order.id[-8:]} was taken back: nothing ran")
            filed.remove()
            return _REFUSED
        follows = _follows(rim, filed, plan, id=None if retry else filed.order.id)
        code = run_words(rim, filed.order.command, filed.order.options, unharmed=unharmed, follows=follows)
        filed.remove()
        return code
    except KeyboardInterrupt:
        if filed.take_back():
            cancelled(rim, filed.order, why="Ctrl-C while it waited")
            filed.remove()
        return _CTRL_C
    finally:
        lock.release()


def _is_requeued(rim: Rim, filed: Filed) -> bool:
    """Tell whether Slurm starts the same job again after its node has failed: that is another run of the same plan."""
    count = rim.environ.get("SLURM_RESTART_COUNT", "0")
    return filed.order.engine == "slurm" and count.isdecimal() and int(count) > 0


def _awaited(rim: Rim, filed: Filed, *, is_fresh: bool, is_detached: bool) -> Plan | None:
    """Wait for the plan's begin; ``None`` when it is taken back."""
    order, bell = filed.order, open_bell(filed.folder)
    outlook = _Outlook(rim, filed)
    show = live_writer(sys.stderr, rim.environ) if sys.stderr.isatty() and not rim.quiet else None
    if is_fresh and order.plan.start > datetime.now(UTC):
        back = f"`vatio plan cancel {order.id[-8:]}`" if is_detached else "Ctrl-C"
        rim.note(f"plan {order.id[-8:]} {begins(order.plan)}; {back} takes it back")

    def shown(plan: Plan, left_s: float) -> None:
        if show is not None:
            show(f"waits {duration(left_s)}: {begins(plan)}{_for_what(plan)}")

    latest_s = order.deadline.timestamp() - order.duration_s
    waiting = Waiting(lambda: filed.waits, outlook.look, shown, napper(bell))
    try:
        plan = order.plan if is_fresh else outlook.look(order.plan, True)
        return wait_for(plan, latest_s=latest_s, waiting=waiting)
    finally:
        if show is not None:
            show("")
        if bell is not None:
            os.close(bell)


def _for_what(plan: Plan) -> str:
    met, now = plan.more.get("expected_g_per_kwh"), plan.more.get("now_g_per_kwh")
    return f", {met:.0f} g/kWh in place of {now:.0f}" if isinstance(met, float) and isinstance(now, float) else ""


class _Outlook:
    """Look at the forecast again while a plan waits: when its file changes, when a source may know more, after a sleep."""

    def __init__(self, rim: Rim, filed: Filed) -> None:
        self._rim, self._filed = rim, filed
        when = filed.order.wishes.get("when") or {}
        chosen, wishes = rim.config().plan, filed.order.wishes
        self._source: str | None = when.get("source") or chosen.source
        entries = (*(wishes.get("curves") or chosen.curves), *(wishes.get("history") or chosen.history))
        self._files = [entry.rpartition("=")[2] for entry in entries]
        self._seen = self._stamps()
        self._due_s = _monotonic_s() + _ASK_AGAIN_S

    def look(self, plan: Plan, moved: bool) -> Plan:
        """Give the plan to follow from now on: the same one unless another is worth moving to."""
        stamps = self._stamps()
        asks = self._source is not None and _monotonic_s() >= self._due_s
        if not moved and stamps == self._seen and not asks:
            return plan
        self._seen, self._due_s = stamps, _monotonic_s() + _ASK_AGAIN_S
        found = self._anew(plan)
        if found is plan:
            return plan
        self._filed = self._filed.revised(replace(self._filed.order, plan=found)) if self._filed.waits else self._filed
        self._rim.note(f"plan {self._filed.order.id[-8:]} now {begins(found)}")
        kept(self._rim, found, self._filed.order.id)
        return found

    def _anew(self, plan: Plan) -> Plan:
        order, now = self._filed.order, datetime.now(UTC)
        try:
            found = planned(self._rim, order.wishes, order.command, now=now, forgiven=(VatioError,))
        except VatioError as error:
            # Most likely the deadline cannot be met any more: the sooner the better.
            return _at_once(plan, now, order.duration_s, str(error))
        fresh = described(self._rim, found, order.command, engine=order.engine, submitted_at=order.submitted_at)
        if found.curve is None or plan.start < now:
            return fresh
        stays, moved_to = mean_of(plan.windows, found.curve), mean_of(fresh.windows, found.curve)
        is_worth = stays is None or moved_to is None or moved_to < stays * (1.0 - _WORTH_RATIO)
        return fresh if is_worth and fresh.windows != plan.windows else plan

    def _stamps(self) -> list[tuple[int, int] | None]:
        found: list[tuple[int, int] | None] = []
        for path in self._files:
            try:
                status = os.stat(path)
                found.append((status.st_mtime_ns, status.st_size))
            except OSError:
                found.append(None)
        return found


def _at_once(plan: Plan, now: datetime, duration_s: float, why: str) -> Plan:
    window = PlanWindow(start=now, end=now + timedelta(seconds=duration_s), zone=plan.windows[0].zone)
    return replace(
        plan, start=window.start, finish=window.end, windows=(window,), decided_by=f"deadline: run now ({why})"
    )  # fmt: skip


def _follows(rim: Rim, filed: Filed, plan: Plan, *, id: str | None) -> Follows:
    order = filed.order
    controllers: tuple[WindowPauses, ...] = ()
    schedule = schedule_of(plan, deadline_s=order.deadline.timestamp(), duration_s=order.duration_s)
    if len(schedule.windows_s) > 1:
        controllers = (WindowPauses(schedule, _hold(rim, order.wishes.get("when") or {}), told=rim.note),)
    if any(window.power_limit_w is not None for window in plan.windows) and not order.options.get("power_limit"):
        rim.note("the plan caps the power; nothing is capped without --power-limit")
    return Follows(
        id=id,
        plan=order.entry,
        controllers=controllers,
        settled=lambda outcome: settled(rim, outcome, order, plan),
    )


def _hold(rim: Rim, when: Mapping[str, Any]) -> StopTree | OwnSignals | AfterCheckpoint:
    own = when.get("pause_signal")
    hold = OwnSignals(str(own), str(when.get("resume_signal"))) if own else StopTree()
    command = when.get("checkpoint_command")
    return AfterCheckpoint(str(command), hold, environ=rim.environ) if command else hold


def _monotonic_s() -> float:
    import time

    return time.monotonic()
