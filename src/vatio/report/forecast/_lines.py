"""Draw a forecast for a terminal: what was known, what is foretold, and the band around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from vatio.report._format import clean
from vatio.report.forecast._shown import Hour, Shown

_WIDTH, _HEIGHT = 72, 12


class _Marks(NamedTuple):
    known: str
    value: str
    band: str
    edge: str
    floor: str


_PLAIN, _PRETTY = _Marks("o", "*", ".", "|", "+" + "-"), _Marks("●", "━", "░", "│", "└" + "─")


def forecast_lines(shown: Shown, *, plain: bool = True) -> tuple[str, ...]:
    """Write a forecast; ``plain`` draws with letters that any terminal has."""
    return tuple(_lines(shown, _PLAIN if plain else _PRETTY))


def _lines(shown: Shown, marks: _Marks) -> Iterator[str]:
    yield shown.headline()
    yield ""
    yield from _chart(_columns(shown.hours()), marks, level=shown.level)
    yield ""
    yield from (f"{name:<10} {value}" for name, value in shown.facts())
    if shown.notes:
        yield ""
    yield from (clean(note) for note in shown.notes)


def _columns(hours: Sequence[Hour]) -> list[Hour]:
    """Join neighbouring hours until they fit; a column that joins both kinds is one of what is foretold."""
    size = -(-len(hours) // _WIDTH)
    return [_joined(hours[at : at + size]) for at in range(0, len(hours), size)]


def _joined(hours: Sequence[Hour]) -> Hour:
    told = [hour for hour in hours if hour.value is not None]
    if not told:
        return Hour(hours[0].start_s, hours[-1].end_s, None, 0.0, 0.0, True)
    value, low, high = (
        sum(each) / len(told) for each in zip(*((hour.value or 0.0, hour.low, hour.high) for hour in told), strict=True)
    )
    return Hour(hours[0].start_s, hours[-1].end_s, value, low, high, all(hour.is_known for hour in hours))


def _chart(found: Sequence[Hour], marks: _Marks, *, level: float) -> Iterator[str]:
    most = max(max(column.high, column.value or 0.0) for column in found) or 1.0
    wide = max(1, _WIDTH // len(found))
    yield f"{'':>8} g/kWh: {marks.known} known, {marks.value} foretold, {marks.band} holds {100.0 * level:.0f} % of the hours"
    for row in range(_HEIGHT, 0, -1):
        mark = f"{most * row / _HEIGHT:8.0f}" if row in (_HEIGHT, _HEIGHT // 2) else " " * 8
        cells = "".join(_cell(column, row, most, marks) * wide for column in found)
        yield f"{mark} {marks.edge}{cells}".rstrip()
    yield f"{'0':>8} {marks.floor[0]}{marks.floor[1] * wide * len(found)}"
    yield f"{'':>9} {_axis(found, wide)}".rstrip()


def _cell(column: Hour, row: int, most: float, marks: _Marks) -> str:
    if column.value is None:
        return "?" if row == 1 else " "
    here = _row(column.value, most)
    if row == here:
        return marks.known if column.is_known else marks.value
    inside = not column.is_known and _row(column.low, most) <= row <= _row(column.high, most)
    return marks.band if inside else " "


def _row(value: float, most: float) -> int:
    return min(_HEIGHT, max(1, round(value / most * _HEIGHT + 0.5)))


def _axis(found: Sequence[Hour], wide: int) -> str:
    """Write the local days and times under the columns, as many as have room."""
    long = found[-1].end_s - found[0].start_s > 36 * 3600.0
    line, free, before = "", 0, None
    for at, column in enumerate(found):
        moment = datetime.fromtimestamp(column.start_s, UTC).astimezone()
        now = moment.date() if long else moment.replace(hour=moment.hour // 6 * 6, minute=0)
        text = moment.strftime("%a %d" if long else "%a %H:%M")
        if now != before and at * wide >= free and at * wide + len(text) <= wide * len(found):
            line = line.ljust(at * wide) + text
            free = len(line) + 2
        before = now
    return line
