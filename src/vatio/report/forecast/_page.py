"""Write a forecast as one self-contained page: the picture with the band, the figures, every hour as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files

from vatio import __version__
from vatio.report._format import local_time
from vatio.report._words import words
from vatio.report.forecast._shown import Hour, Shown, local
from vatio.report.page import NOTHING, Html, document, join, section, table, tag, text, user

_WIDTH, _HEIGHT = 1000.0, 300.0
_TOP, _BOTTOM, _LEFT = 26.0, 262.0, 44.0
_LEVELS, _MOST_TIMES = 4, 6
_MOST_ROWS = 24 * 14

Scale = Callable[[float], float]


def forecast_html(shown: Shown) -> str:
    """Write one page about a forecast; it asks no host for anything."""
    head = join(
        [
            tag("div", tag("p", tag("b", text("vatio")), text(" forecast"), class_="brand"), class_="bar"),
            tag("h1", text(shown.headline())),
        ]
    )
    told = f"The line is foretold, its band holds {100.0 * shown.level:.0f} % of the hours; the thin line before it is known."
    facts = [tag("div", tag("dt", text(name)), tag("dd", user(value))) for name, value in shown.facts()]
    body = [
        section("Curve", tag("figure", _picture(shown), tag("figcaption", text(told), class_="note"))),
        section("Figures", tag("dl", *facts, class_="facts")),
        section("Notes", tag("ul", *(tag("li", user(note)) for note in shown.notes), class_="plain"))
        if shown.notes
        else NOTHING,
        section("Hours", _table(shown)),
    ]
    foot = tag("footer", tag("p", text(f"vatio {__version__}: foretold from earlier hours alone, not measured.")))
    whole = join([tag("header", head), tag("main", *body, id="figures"), foot])
    style = files("vatio.report.forecast").joinpath("forecast.css").read_text(encoding="utf-8")
    return document(shown.headline(), whole, words("en"), style=style)


def _picture(shown: Shown) -> Html:
    hours = shown.hours()
    most = _round_up(max(max(hour.high, hour.value or 0.0) for hour in hours) or 1.0)
    start_s, end_s = hours[0].start_s, hours[-1].end_s

    def x(moment_s: float) -> float:
        return _LEFT + (moment_s - start_s) / (end_s - start_s) * (_WIDTH - _LEFT)

    def y(value: float) -> float:
        return _BOTTOM - value / most * (_BOTTOM - _TOP)

    known, ahead = ([hour for hour in hours if hour.is_known is wanted] for wanted in (True, False))
    parts = [
        tag("title", text(shown.headline())),
        *_levels(most, y),
        _band(ahead, x, y),
        _line("known", known, x, y),
        _line("line", ahead, x, y),
        *_times(start_s, end_s, x),
    ]
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_HEIGHT:g}", width="100%", role="img", class_="forecast")


def _levels(most: float, y: Scale) -> list[Html]:
    levels = [most * at / _LEVELS for at in range(_LEVELS + 1)]
    rules = [tag("line", class_="rule", x1=_LEFT, x2=_WIDTH, y1=y(level), y2=y(level)) for level in levels]
    names = [
        tag("text", text(f"{level:g}"), class_="axis", x=_LEFT - 6.0, y=y(level) + 4.0, text_anchor="end") for level in levels
    ]
    return [*rules, *names, tag("text", text("g/kWh"), class_="axis", x=0.0, y=14.0)]


def _line(class_: str, hours: Sequence[Hour], x: Scale, y: Scale) -> Html:
    moves, down = [], False
    for hour in hours:
        if hour.value is None:
            down = False
            continue
        moves.append(f"{'L' if down else 'M'}{x(hour.start_s):.1f} {y(hour.value):.1f}H{x(hour.end_s):.1f}")
        down = True
    return tag("path", class_=class_, d="".join(moves)) if moves else NOTHING


def _band(hours: Sequence[Hour], x: Scale, y: Scale) -> Html:
    there = "L".join(f"{x(hour.start_s):.1f} {y(hour.high):.1f}H{x(hour.end_s):.1f}" for hour in hours)
    back = "L".join(f"{x(hour.end_s):.1f} {y(hour.low):.1f}H{x(hour.start_s):.1f}" for hour in reversed(hours))
    return tag("path", class_="band", d=f"M{there}L{back}z") if hours else NOTHING


def _times(start_s: float, end_s: float, x: Scale) -> list[Html]:
    moments = [start_s + (end_s - start_s) * at / _MOST_TIMES for at in range(_MOST_TIMES)]
    return [
        tag(
            "text",
            text(local_time(datetime.fromtimestamp(moment, UTC), "%a %d %H:%M")),
            class_="axis",
            x=x(moment),
            y=_BOTTOM + 20.0,
        )
        for moment in moments
    ]


def _table(shown: Shown) -> Html:
    ahead = [hour for hour in shown.hours() if not hour.is_known]
    rows = [
        (text(local(hour.start_s)), *(text(f"{number:.0f}") for number in (hour.value or 0.0, hour.low, hour.high)))
        for hour in ahead[:_MOST_ROWS]
    ]
    more = f", the first {_MOST_ROWS} of {len(ahead)} hours" if len(ahead) > _MOST_ROWS else ""
    names = ("hour, local time", "g/kWh", "low", "high")
    return table(text(f"Foretold intensity{more}"), [text(name) for name in names], rows)


def _round_up(number: float) -> float:
    """Give the next number of one digit and a half.

    >>> _round_up(431.0), _round_up(87.0)
    (450.0, 90.0)
    """
    from math import ceil, floor, log10

    step = 10.0 ** floor(log10(number)) / 2.0
    return ceil(number / step) * step
