"""Draw a comparison: every pair, the interval that decides, and the two limits that it is held against.

What lies along the axis is placed in percent and letters have their own size, so that the drawing is as wide as its page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vatio.records import Verdict
from vatio.report._words import Words
from vatio.report.page import NOTHING, Html, join, tag, text
from vatio.report.verdict._axis import Axis, axis_of, ticks
from vatio.report.verdict._say import by_interval, cost, limit_ratio, percent
from vatio.report.verdict._say import changes as changes_of

LEADING = 24.0
_DOTS_TOP = 2 * LEADING + 8.0
_DOT = 3.6
_EDGE = 0.02  # of the width, kept free so that what lies at the edge is seen whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Hold the shapes of a comparison and how high they are."""

    shapes: Html
    height_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    axis: Axis
    bar_px: float
    floor_px: float

    def x(self, ratio: float) -> str:
        return _percent(self.axis.share(ratio))


def drawing(verdict: Verdict, ratios: Sequence[float], words: Words) -> Drawing:
    """Draw a comparison from its verdict and its pairs' ratios, candidate over baseline."""
    changes = changes_of(ratios)
    axis = axis_of(verdict, changes)
    dots_px = min(170.0, max(48.0, 7.0 * len(changes))) if changes else 0.0
    bar_px = _DOTS_TOP + dots_px + 20.0
    frame = _Frame(axis=axis, bar_px=bar_px, floor_px=bar_px + 22.0)
    shapes = [
        _zones(frame, verdict),
        _ticks(frame, words),
        _limits(frame, verdict, words),
        _dots(frame, changes, dots_px),
        _bar(frame, verdict) if verdict.pairs else NOTHING,
        _letters(
            "50%", frame.floor_px + 2 * LEADING - 2.0, words.say("picture_axis", cost=cost(verdict, words)), anchor="middle"
        ),
    ]
    return Drawing(shapes=join(shapes), height_px=frame.floor_px + 2 * LEADING + 8.0)


def _percent(share: float) -> str:
    return f"{100.0 * (_EDGE + (1.0 - 2.0 * _EDGE) * share):.2f}%"


def _zones(frame: _Frame, verdict: Verdict) -> Html:
    """Tint what lies within the resolution, and what lies beyond."""
    ends = (frame.axis.share(verdict.allowed_ratio), frame.axis.share(limit_ratio(verdict)), 1.0)
    top, height = 2 * LEADING, frame.floor_px - 2 * LEADING
    parts = (("between", ends[0], ends[1]), ("beyond", ends[1], ends[2]))
    return join(
        tag(
            "rect",
            class_=name,
            x=_percent(start),
            y=top,
            width=f"{100.0 * (1.0 - 2.0 * _EDGE) * (end - start):.2f}%",
            height=height,
        )
        for name, start, end in parts
    )


def _ticks(frame: _Frame, words: Words) -> Html:
    parts = [tag("line", class_="grid", x1=_percent(0.0), x2=_percent(1.0), y1=frame.floor_px, y2=frame.floor_px)]
    for ratio in ticks(frame.axis):
        x = frame.x(ratio)
        kind = "grid" if ratio else "zero"
        parts.append(tag("line", class_=kind, x1=x, x2=x, y1=2 * LEADING, y2=frame.floor_px + 4.0))
        parts.append(_letters(x, frame.floor_px + 20.0, percent(ratio, words), anchor="middle"))
    return join(parts)


def _limits(frame: _Frame, verdict: Verdict, words: Words) -> Html:
    """Draw both limits, each with its words in a row of its own, on the side that has room."""
    # The upper row is crossed by no other line; the lower one only by the second limit, so its words go left where they can.
    rows = (("limit_line", limit_ratio(verdict), 1, 0.5), ("allowed_line", verdict.allowed_ratio, 2, 0.3))
    parts = []
    for key, ratio, row, middle in rows:
        place, y = frame.axis.share(ratio), row * LEADING - 8.0
        right = place < middle
        x = _percent(place + (0.012 if right else -0.012))
        parts.append(tag("line", class_="limit", x1=frame.x(ratio), x2=frame.x(ratio), y1=y - 10.0, y2=frame.floor_px))
        parts.append(_letters(x, y, words.say(key, ratio=percent(ratio, words)), anchor="start" if right else "end"))
    return join(parts)


def _dots(frame: _Frame, changes: Sequence[float], height_px: float) -> Html:
    step = height_px / max(1, len(changes))
    return join(_dot(frame, ratio, _DOTS_TOP + step * (at + 0.5)) for at, ratio in enumerate(changes))


def _dot(frame: _Frame, ratio: float, y: float) -> Html:
    if frame.axis.holds(ratio):
        return tag("circle", class_="dot", cx=frame.x(ratio), cy=y, r=_DOT)
    inward = "8 -4V4" if ratio < frame.axis.low_ratio else "-8 -4V4"
    # A path has no percents: it stands at the edge in a drawing of its own.
    arrow = tag("path", class_="arrow", d=f"M0 0L{inward}z")
    return tag("svg", arrow, x=frame.x(ratio), y=y, overflow="visible", width="1", height="1")


def _bar(frame: _Frame, verdict: Verdict) -> Html:
    """Draw the interval; an end that is not known has no stop and goes to the edge."""
    found, y, colour = verdict.change_ratio, frame.bar_px, by_interval(verdict)
    low = _percent(0.0) if found.low is None else frame.x(found.low)
    high = _percent(1.0) if found.high is None else frame.x(found.high)
    stops = [x for x, end in ((low, found.low), (high, found.high)) if end is not None]
    return join(
        [
            tag("line", class_=f"bar {colour}", x1=low, x2=high, y1=y, y2=y),
            *(tag("line", class_=f"end {colour}", x1=x, x2=x, y1=y - 8.0, y2=y + 8.0) for x in stops),
            tag("circle", class_=f"best {colour}", cx=frame.x(found.value), cy=y, r=5.5),
        ]
    )


def _letters(x: str, y: float, letters: str, *, anchor: str) -> Html:
    return tag("text", text(letters), x=x, y=y, text_anchor=anchor)
