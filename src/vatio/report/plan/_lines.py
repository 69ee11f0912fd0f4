"""Write a plan for a terminal: what it gains, its windows, and the curve with the chosen hours in plain letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from vatio.account import IntensityCurve
from vatio.records import Plan, PlanWindow, Quantity, Saving
from vatio.report._format import clean, duration, local_time, plain, written
from vatio.report.plan._columns import Column, columns

_HEIGHT = 8
_WIDTH = 72
_MOST_WINDOWS = 12


def plan_lines(plan: Plan, curve: IntensityCurve | None = None, *, start: datetime, end: datetime) -> tuple[str, ...]:
    """Write a plan; with its curve also the curve from a start to an end, the hours in which the job runs as ``#``."""
    return tuple(_lines(plan, curve, start, end))


def _lines(plan: Plan, curve: IntensityCurve | None, start: datetime, end: datetime) -> Iterator[str]:
    yield headline(plan)
    if curve is not None and end > start and len(curve.starts_s) > 1:
        found = columns(plan, curve, start=start, end=end, most=_WIDTH, even=True)
        yield ""
        yield from chart([column for column in found for _ in range(_WIDTH // len(found))], title=_title(plan, curve))
    yield ""
    yield from (f"{name:<10} {value}" for name, value in figures(plan))
    yield ""
    yield from (window_text(window, len(plan.windows)) for window in plan.windows[:_MOST_WINDOWS])
    if len(plan.windows) > _MOST_WINDOWS:
        yield f"and {len(plan.windows) - _MOST_WINDOWS} more windows, to {local_time(plan.finish)}"
    if plan.notes:
        yield ""
    yield from (clean(note) for note in plan.notes)


def headline(plan: Plan) -> str:
    """Say in one line when and where to run, and what that is worth."""
    zone = f" in {clean(plan.windows[0].zone)}" if plan.windows[0].zone else ""
    when = f"{local_time(plan.start)} to {local_time(plan.finish)}"
    if plan.decided_by.startswith(("nothing", "deadline")):
        return f"run now{zone}: {when} ({clean(plan.decided_by)})"
    return f"run{zone} from {when}: {saved_text(plan.saved_ratio)} saved against now"


def saved_text(saved: Saving) -> str:
    """Write a saved share with its interval.

    >>> saved_text(Saving(value=0.1234, low=0.1, high=0.15))
    '12.3 % (10.0 to 15.0 %)'
    """
    if saved.value is None or saved.low is None or saved.high is None:
        return "unknown"
    span = "" if saved.low == saved.high else f" ({100.0 * saved.low:.1f} to {100.0 * saved.high:.1f} %)"
    return f"{100.0 * saved.value:.1f} %{span}"


def figures(plan: Plan) -> list[tuple[str, str]]:
    """Name what a plan is expected to cost, and what it was made with."""
    horizon = f", known to {local_time(plan.curve.horizon_end)}" if plan.curve.horizon_end else ""
    return [
        ("emissions", _said(plan.emissions_g, "g")),
        ("run now", _said(plan.now_emissions_g, "g")),
        ("saved", saved_text(plan.saved_ratio)),
        ("energy", _said(plan.energy_j, "j")),
        ("cost", _said(plan.cost_eur, "eur")),
        ("renewable", _said(plan.renewable_ratio, "ratio")),
        ("decided by", clean(plan.decided_by)),
        ("solver", clean(plan.solver)),
        ("curve", f"{clean(plan.curve.source) or 'given'}, {clean(plan.curve.kind)}{horizon}"),
    ]


def window_text(window: PlanWindow, count: int) -> str:
    """Write one window in local time."""
    zone = f"  {clean(window.zone)}" if window.zone else ""
    scale = "" if window.scale == 1.0 else f"  {plain(window.scale)} workers"
    limit = "" if window.power_limit_w is None else f"  cap {plain(window.power_limit_w)} W"
    length = duration((window.end - window.start).total_seconds())
    when = f"{local_time(window.start)} to {local_time(window.end)}"
    return f"{'window' if count == 1 else 'in':<10} {when}  {length}{zone}{scale}{limit}"


def chart(found: Sequence[Column], *, title: str) -> Iterator[str]:
    """Draw columns of a curve: ``#`` where the job runs, ``.`` where it does not, ``?`` where nothing is known."""
    most = max((column.value for column in found if column.value is not None), default=0.0) or 1.0
    yield f"{'':>8} {title}"
    for row in range(_HEIGHT, 0, -1):
        mark = f"{most * row / _HEIGHT:8.0f}" if row in (_HEIGHT, _HEIGHT // 2) else " " * 8
        yield f"{mark} |{''.join(_cell(column, row, most) for column in found)}".rstrip()
    yield f"{'0':>8} +{'-' * len(found)}"
    yield f"{'':>9} {_axis(found)}".rstrip()


def _cell(column: Column, row: int, most: float) -> str:
    if column.value is None:
        return "?" if row == 1 else " "
    # The lowest row is always drawn, so that a chosen hour of a clean grid is seen.
    if row > 1 and column.value / most * _HEIGHT < row - 0.5:
        return " "
    return "#" if column.running_ratio >= 0.5 else "+" if column.running_ratio > 0.0 else "."


def _axis(found: Sequence[Column]) -> str:
    """Write the local times under the columns, as many as have room."""
    long = found[-1].end_s - found[0].start_s > 36 * 3600.0
    line, free = "", 0
    for at, column in enumerate(found):
        moment = datetime.fromtimestamp(column.start_s).astimezone()
        due = at == 0 or ((moment.hour == 0 if long else moment.hour % 6 == 0) and _changes(found[at - 1], column, long))
        text = moment.strftime("%a %d" if long and at else "%a %H:%M")
        if due and at >= free and at + len(text) <= max(len(found), 12):
            line = line.ljust(at) + text
            free = len(line) + 2
    return line


def _changes(before: Column, column: Column, long: bool) -> bool:
    early, late = (datetime.fromtimestamp(one.start_s).astimezone() for one in (before, column))
    return early.date() != late.date() if long else early.hour != late.hour


def _title(plan: Plan, curve: IntensityCurve) -> str:
    zone = plan.windows[0].zone or curve.zone
    return f"g/kWh {clean(zone)}: # runs, . does not" if zone else "g/kWh: # runs, . does not"


def _said(quantity: Quantity, unit: str) -> str:
    if quantity.is_missing:
        return f"unknown ({clean(quantity.source)})" if quantity.source else "unknown"
    return written(quantity, unit)
