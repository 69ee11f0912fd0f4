"""Draw the points of a batch: cost to the right, quality up, each with its interval, and what may be lost.

What lies along the axis of cost is placed in percent and letters have their own size, so that the drawing is as wide as its
page.
"""

from __future__ import annotations

from dataclasses import dataclass

from vatio.records import Front, FrontPoint, Rejected
from vatio.report._words import Words
from vatio.report.front import _say
from vatio.report.front._axes import Axis, cost_axis, ends_of, level_ticks, log_ticks, quality_axis
from vatio.report.page import NOTHING, Html, join, tag, text

TOP_PX, BOTTOM_PX, HEIGHT_PX = 22.0, 276.0, 324.0
_EDGE = 0.09  # of the width, kept free for the levels' letters and for points at the edge
_DOT = 6.0
_MOST_CROSSES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Hold the axes of a drawing."""

    cost: Axis
    quality: Axis

    def x(self, value: float) -> str:
        """Give the place of a cost, in percent of the width."""
        return f"{100.0 * (_EDGE + (1.0 - 1.5 * _EDGE) * self.cost.share(value)):.2f}%"

    def y(self, value: float) -> float:
        """Give the place of a quality."""
        return BOTTOM_PX - self.quality.share(value) * (BOTTOM_PX - TOP_PX)


def drawing(front: Front, batch: int, words: Words) -> Html:
    """Draw one batch."""
    points = _say.ordered(front, batch)
    crosses = [each for each in front.rejected if each.batch == batch and not front.cost_of(each).is_missing][:_MOST_CROSSES]
    level = quality_axis(front, points)
    # What is far too bad to be used must not push everything else into a corner.
    near = [each for each in crosses if each.quality is not None and level.holds(each.quality)]
    costs = [*map(front.cost_of, points), *map(front.cost_of, near)]
    frame = Frame(cost=cost_axis(costs), quality=level)
    base = next(
        (point.quality[front.metric].value for point in points if not point.chain and front.metric in point.quality), None
    )
    return join(
        [
            _grid(frame, front, words),
            NOTHING if base is None else _levels(frame, base, front, words),
            *(_cross(frame, each, front) for each in crosses),
            *(_point(frame, at, point, front) for at, point in reversed(list(enumerate(points)))),
            _letters("0", TOP_PX - 3.0, front.metric, "start"),
            _letters("50%", HEIGHT_PX - 6.0, words.say(f"front_axis_{front.unit.lower()}"), "middle"),
        ]
    )


def spoken(front: Front, batch: int, words: Words) -> str:
    """Say a drawing in words, for those who cannot see it."""
    return " ".join(_spoken(point, front, words) for point in _say.ordered(front, batch))


def _spoken(point: FrontPoint, front: Front, words: Words) -> str:
    found = point.quality.get(front.metric)
    return words.say(
        "front_spoken",
        name=_say.chain(point, words),
        cost=f"{_say.cost(front.cost_of(point), words)} {'J' if front.unit == 'J' else 'CPU-s'}",
        metric=front.metric,
        quality=words.say("not_measured") if found is None else _say.quality(found, front.metric, words),
        state=_say.state(point, front, words),
    )


def _grid(frame: Frame, front: Front, words: Words) -> Html:
    parts = [tag("line", class_="grid", x1=frame.x(frame.cost.low), x2="100%", y1=BOTTOM_PX, y2=BOTTOM_PX)]
    for value in log_ticks(frame.cost):
        x = frame.x(value)
        parts.append(tag("line", class_="grid", x1=x, x2=x, y1=TOP_PX, y2=BOTTOM_PX + 4.0))
        parts.append(_letters(x, BOTTOM_PX + 20.0, words.count(value), "middle"))
    for value in level_ticks(frame.quality):
        if value > 1.0 and _say.is_ratio(front.metric):
            continue  # an interval may reach there, the metric cannot
        y = frame.y(value)
        parts.append(tag("line", class_="grid", x1=frame.x(frame.cost.low), x2="100%", y1=y, y2=y))
        parts.append(_letters("0", y + 4.0, _say.quality_value(value, front.metric, words), "start"))
    return join(parts)


def _levels(frame: Frame, baseline: float, front: Front, words: Words) -> Html:
    """Draw the baseline's quality as a line, and below it the line of what may be lost."""
    high, low = frame.y(baseline), frame.y(baseline - front.max_loss)
    start = frame.x(frame.cost.low)
    parts = [
        tag("rect", class_="lost", x=start, y=low, width=f"{100.0 * (1.0 - _EDGE):.2f}%", height=max(0.0, BOTTOM_PX - low)),
        tag("line", class_="base", x1=start, x2="100%", y1=high, y2=high),
        tag("line", class_="limit", x1=start, x2="100%", y1=low, y2=low),
    ]
    said = _letters("100%", min(low + 15.0, BOTTOM_PX - 5.0), words.say("front_limit", loss=_say.loss(front, words)), "end")
    return join([*parts, said])


def _cross(frame: Frame, each: Rejected, front: Front) -> Html:
    value = front.cost_of(each).value
    if value is None or each.quality is None:
        return NOTHING
    return _at(frame, value, each.quality, tag("path", class_="cross", d="M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5"))


def _point(frame: Frame, at: int, point: FrontPoint, front: Front) -> Html:
    cost, found = front.cost_of(point), point.quality.get(front.metric)
    if cost.value is None or found is None:
        return NOTHING
    kind = _kind(point, front)
    low, high = ends_of(point, found.value)
    y, x = frame.y(found.value), frame.x(cost.value)
    ends = (cost.value if end is None else end for end in (cost.low, cost.high))
    left, right = (frame.x(end) for end in ends)
    marks = [
        tag("line", class_=f"whisker {kind}", x1=x, x2=x, y1=frame.y(low), y2=frame.y(high)),
        tag("line", class_=f"whisker {kind}", x1=left, x2=right, y1=y, y2=y),
        _at(frame, cost.value, found.value, _mark(kind)),
        _at(frame, cost.value, found.value, tag("text", text(str(at)), class_="number", x=9.0, y=-8.0)) if at else NOTHING,
    ]
    return tag("g", *marks)


def mark_key(kind: str) -> Html:
    """Draw a mark for the legend."""
    return tag(
        "svg", tag("g", _mark(kind), transform="translate(9 9)"), class_="mark", width="18", height="18", aria_hidden="true"
    )


def _mark(kind: str) -> Html:
    if kind == "rejected":
        return tag("path", class_="cross", d="M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5")
    if kind == "baseline":
        return tag("rect", class_="point baseline", x=-_DOT, y=-_DOT, width=2 * _DOT, height=2 * _DOT)
    if kind == "open":
        return tag("path", class_="point open", d="M0 -7L7 0L0 7L-7 0z")
    dot = tag("circle", class_="point certified", cx=0, cy=0, r=_DOT)
    return join([tag("circle", class_="ring", cx=0, cy=0, r=_DOT + 4.0), dot]) if kind == "chosen" else dot


def _at(frame: Frame, cost: float, value: float, mark: Html) -> Html:
    """Put a mark at a place; beyond the lower or upper edge a triangle points there.

    A path has no percents: it lies in a drawing of its own.
    """
    if not frame.quality.holds(value) and "number" not in mark:
        turn = "M-5 -6L5 -6L0 1z" if value < frame.quality.low else "M-5 6L5 6L0 -1z"
        mark = tag("path", class_="cross away" if "cross" in mark else "point away", d=turn)
    return tag("svg", mark, x=frame.x(cost), y=frame.y(value), overflow="visible", width="1", height="1")


def _kind(point: FrontPoint, front: Front) -> str:
    if not point.chain:
        return "baseline"
    if front.chosen.get(str(point.batch)) == point.id:
        return "chosen"
    return "certified" if point.certified else "open"


def _letters(x: str, y: float, letters: str, anchor: str) -> Html:
    return tag("text", text(letters), class_="axis", x=x, y=y, text_anchor=anchor)
