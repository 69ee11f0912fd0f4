"""Draw a plan: the curve as a line with its interval, and the hours in which the job runs filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files

from vatio.account import IntensityCurve
from vatio.records import Plan
from vatio.report._format import local_time
from vatio.report.page import NOTHING, Html, join, tag, text
from vatio.report.plan._columns import Column, columns
from vatio.report.plan._lines import headline

_WIDTH, _HEIGHT = 1000.0, 260.0
_TOP, _BOTTOM, _LEFT = 30.0, 228.0, 44.0
_MOST_COLUMNS = 1000
_LEVELS = 4


def plan_svg(plan: Plan, curve: IntensityCurve, *, start: datetime, end: datetime) -> str:
    """Draw a plan on its curve as one SVG that asks no host for anything and follows the reader's light or dark."""
    return f"{drawn(plan, curve, start=start, end=end, style=own('plan.css'))}\n"


def drawn(plan: Plan, curve: IntensityCurve, *, start: datetime, end: datetime, style: str = "") -> Html:
    """Draw a plan on its curve; in a page the style is the page's."""
    found = columns(plan, curve, start=start, end=end, most=_MOST_COLUMNS)
    most = max((side for column in found for side in (column.value, column.high) if side is not None), default=0.0) or 1.0
    most = _round_up(most)
    parts = [
        tag("title", text(headline(plan))),
        Html(f"<style>{style}</style>") if style else NOTHING,
        *_levels(most),
        _running(found, start, end, most),
        _band(found, start, end, most),
        _line(found, start, end, most),
        *_times(start, end),
    ]
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}",
        width="100%",
        role="img",
        class_="plan",
    )


def own(name: str) -> str:
    """Read one of the files that lie beside this one."""
    return files("vatio.report.plan").joinpath(name).read_text(encoding="utf-8")


def _round_up(number: float) -> float:
    """Give the next number of one digit and a half.

    >>> _round_up(431.0), _round_up(87.0)
    (450.0, 90.0)
    """
    from math import ceil, floor, log10

    step = 10.0 ** floor(log10(number)) / 2.0
    return ceil(number / step) * step


def _x(moment_s: float, start: datetime, end: datetime) -> float:
    begin_s = start.timestamp()
    return _LEFT + (moment_s - begin_s) / (end.timestamp() - begin_s) * (_WIDTH - _LEFT)


def _y(value: float, most: float) -> float:
    return _BOTTOM - value / most * (_BOTTOM - _TOP)


def _levels(most: float) -> list[Html]:
    levels = [most * at / _LEVELS for at in range(_LEVELS + 1)]
    rules = [tag("line", class_="rule", x1=_LEFT, x2=_WIDTH, y1=_y(level, most), y2=_y(level, most)) for level in levels]
    names = [
        tag("text", text(f"{level:g}"), class_="axis", x=_LEFT - 6.0, y=_y(level, most) + 4.0, text_anchor="end")
        for level in levels
    ]
    return [*rules, *names, tag("text", text("g/kWh"), class_="axis", x=0.0, y=16.0)]


def _running(found: Sequence[Column], start: datetime, end: datetime, most: float) -> Html:
    boxes = []
    for column in found:
        if column.running_ratio > 0.0:
            left, right = (_x(moment_s, start, end) for moment_s in (column.start_s, column.end_s))
            level = _y(column.value if column.value is not None else most, most)
            width = (right - left) * column.running_ratio
            boxes.append(tag("rect", class_="runs", x=left, y=level, width=max(0.5, width), height=_BOTTOM - level))
    return join(boxes)


def _line(found: Sequence[Column], start: datetime, end: datetime, most: float) -> Html:
    return _path("line", [(column, column.value) for column in found], start, end, most)


def _band(found: Sequence[Column], start: datetime, end: datetime, most: float) -> Html:
    if all(column.low == column.high for column in found):
        return NOTHING
    boxes = []
    for column in found:
        if column.low is not None and column.high is not None:
            left, right = (_x(moment_s, start, end) for moment_s in (column.start_s, column.end_s))
            high, low = _y(column.high, most), _y(column.low, most)
            boxes.append(tag("rect", class_="band", x=left, y=high, width=right - left, height=low - high))
    return join(boxes)


def _path(class_: str, points: Sequence[tuple[Column, float | None]], start: datetime, end: datetime, most: float) -> Html:
    moves, down = [], False
    for column, value in points:
        if value is None:
            down = False
            continue
        left, right = (_x(moment_s, start, end) for moment_s in (column.start_s, column.end_s))
        moves.append(f"{'L' if down else 'M'}{left:.1f} {_y(value, most):.1f}H{right:.1f}")
        down = True
    return tag("path", class_=class_, d="".join(moves)) if moves else NOTHING


def _times(start: datetime, end: datetime) -> list[Html]:
    marks = 6
    found = []
    for at in range(marks):
        moment = start + (end - start) * at / marks
        shown = local_time(moment, "%a %d %H:%M")
        found.append(tag("text", text(shown), class_="axis", x=_x(moment.timestamp(), start, end), y=_BOTTOM + 20.0))
    return found
