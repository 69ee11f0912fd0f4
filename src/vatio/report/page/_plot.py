"""Draw power over time as SVG that scales with the page while its letters do not.

The outer drawing has no view box: what it holds is placed in percent, so that text keeps its size at 360 and at 1280
pixels. Shapes lie in an inner drawing that is stretched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

from vatio.records import Gap
from vatio.report._curve import PowerCurve
from vatio.report._parts import kind_of
from vatio.report._words import Words
from vatio.report.page._html import NOTHING, Html, join, tag, text

WIDTH = 2400
HEIGHT = 1000
TOP_PX, BOTTOM_PX = 26.0, 264.0

Points = Sequence[float | None]


def plot(curve: PowerCurve, words: Words, *, length_s: float, idle_w: float | None, gaps: Sequence[Gap], label: str) -> Html:
    """Draw one run: the parts stacked, their sum as a line, its band, the idle level and what is not known."""
    levels_w = levels([*curve.high_w, idle_w])
    top_w = levels_w[-1]
    shapes = [_holes(curve, gaps, length_s), *_stack(curve, length_s, top_w)]
    shapes.append(_path("band", band(curve.edges_s, curve.low_w, curve.high_w, length_s=length_s, top_w=top_w)))
    shapes.append(_path("line", line(curve.edges_s, curve.mean_w, length_s=length_s, top_w=top_w)))
    return frame(join(shapes), words, length_s=length_s, levels_w=levels_w, label=label, more=_idle(idle_w, top_w))


def overlay(curves: Sequence[tuple[int, PowerCurve]], words: Words, *, length_s: float, label: str) -> Html:
    """Draw the sums of several runs over one another, each with its band and the colour of its place among the runs."""
    levels_w = levels([power_w for _, curve in curves for power_w in curve.high_w])
    top_w = levels_w[-1]
    shapes = []
    for at, curve in curves:
        shapes.append(_path(f"band r{at % 6}", band(curve.edges_s, curve.low_w, curve.high_w, length_s=length_s, top_w=top_w)))
        shapes.append(_path(f"line r{at % 6}", line(curve.edges_s, curve.mean_w, length_s=length_s, top_w=top_w)))
    return frame(join(shapes), words, length_s=length_s, levels_w=levels_w, label=label)


def frame(shapes: Html, words: Words, *, length_s: float, levels_w: Sequence[float], label: str, more: Html = NOTHING) -> Html:
    """Put grid, axes and letters around the shapes, and a cursor that a script may move."""
    inner = tag(
        "svg",
        shapes,
        x="0",
        y=TOP_PX,
        width="100%",
        height=BOTTOM_PX - TOP_PX,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none",
    )
    cursor = tag("line", class_="cursor", x1="0", x2="0", y1=TOP_PX, y2=BOTTOM_PX, visibility="hidden")
    parts = join([_rules(levels_w), inner, more, _levels(levels_w, words), _times(length_s, words), cursor])
    return tag("svg", parts, class_="plot", role="img", aria_label=text(label), width="100%", height="290")


def levels(powers_w: Sequence[float | None]) -> tuple[float, ...]:
    """Choose the levels of the axis: those whose top is the lowest above the highest power, and as few as that takes."""
    highest_w = max((power_w for power_w in powers_w if power_w is not None), default=0.0) or 1.0
    return min((ticks(highest_w, wanted) for wanted in (3, 4, 5)), key=lambda found: (found[-1], len(found)))


def ticks(highest: float, wanted: int) -> tuple[float, ...]:
    """Divide 0 to at least ``highest`` into about ``wanted`` round steps.

    >>> ticks(372.0, 4)
    (0.0, 100.0, 200.0, 300.0, 400.0)
    """
    raw = highest / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(size * power for size in (1.0, 2.0, 2.5, 5.0, 10.0) if size * power >= raw * 0.999)
    return tuple(step * at for at in range(math.ceil(highest / step * 0.999) + 1))


def time_ticks(length_s: float, wanted: int = 6) -> tuple[float, ...]:
    """Divide a length of time into round steps of seconds, minutes, hours or days.

    >>> time_ticks(312.0)
    (0.0, 60.0, 120.0, 180.0, 240.0, 300.0)
    """
    steps_s = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
    step_s = next((step for step in steps_s if length_s / step <= wanted), None)
    if length_s <= 2.0 or step_s is None:
        return tuple(step for step in ticks(length_s, wanted) if step <= length_s)
    return tuple(float(step_s * at) for at in range(int(length_s // step_s) + 1))


def line(edges_s: Sequence[float], powers_w: Points, *, length_s: float, top_w: float) -> str:
    """Trace steps from left to right, lifting the pen where nothing is known."""
    pieces = [_steps(edges, values, length_s, top_w) for edges, values in _known(edges_s, powers_w)]
    return "".join(f"M{start}{moves}" for start, moves in pieces)


def band(edges_s: Sequence[float], low_w: Points, high_w: Points, *, length_s: float, top_w: float) -> str:
    """Trace the area between two step lines."""
    pieces = []
    for (edges, lows), (_, highs) in zip(_known(edges_s, low_w), _known(edges_s, high_w), strict=True):
        start, there = _steps(edges, highs, length_s, top_w)
        back_start, back = _steps(edges[::-1], lows[::-1], length_s, top_w)
        pieces.append(f"M{start}{there}L{back_start}{back}z")
    return "".join(pieces)


def _known(edges_s: Sequence[float], values: Points) -> list[tuple[list[float], list[float]]]:
    """Cut a series where it is not known."""
    pieces = []
    for known, run in groupby(enumerate(values), key=lambda pair: pair[1] is not None):
        if known:
            items = list(run)
            first, last = items[0][0], items[-1][0]
            pieces.append((list(edges_s[first : last + 2]), [value for _, value in items if value is not None]))
    return pieces


def _steps(edges_s: Sequence[float], powers_w: Sequence[float], length_s: float, top_w: float) -> tuple[str, str]:
    xs = [round(edge_s / length_s * WIDTH) for edge_s in edges_s]
    ys = [round(HEIGHT - power_w / top_w * HEIGHT) for power_w in powers_w]
    moves = [f"h{xs[1] - xs[0]}"]
    for at in range(1, len(ys)):
        moves.append(f"v{ys[at] - ys[at - 1]}" if ys[at] != ys[at - 1] else "")
        moves.append(f"h{xs[at + 1] - xs[at]}")
    return f"{xs[0]} {ys[0]}", "".join(moves)


def _stack(curve: PowerCurve, length_s: float, top_w: float) -> list[Html]:
    below: tuple[float | None, ...] = tuple(None if mean is None else 0.0 for mean in curve.mean_w)
    areas = []
    for kind, part_w in curve.parts_w.items():
        above = tuple(None if base is None or part is None else base + part for base, part in zip(below, part_w, strict=True))
        floor = tuple(None if high is None else low for low, high in zip(below, above, strict=True))
        areas.append(_path(f"area {kind_of(kind)}", band(curve.edges_s, floor, above, length_s=length_s, top_w=top_w)))
        below = above
    return areas


def _path(class_: str, d: str) -> Html:
    return tag("path", class_=class_, d=d) if d else NOTHING


def _holes(curve: PowerCurve, gaps: Sequence[Gap], length_s: float) -> Html:
    spans = [(gap.start_s, gap.end_s) for gap in gaps]
    spans += [(curve.edges_s[at], curve.edges_s[at + 1]) for at, mean in enumerate(curve.mean_w) if mean is None]
    return join(
        tag(
            "rect",
            class_="hole",
            x=round(start_s / length_s * WIDTH),
            y=0,
            width=round((end_s - start_s) / length_s * WIDTH),
            height=HEIGHT,
        )
        for start_s, end_s in _merged(spans, length_s)
    )


def _merged(spans: Sequence[tuple[float, float]], length_s: float) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start_s, end_s in sorted((max(0.0, start_s), min(length_s, end_s)) for start_s, end_s in spans):
        if merged and start_s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        elif end_s > start_s:
            merged.append((start_s, end_s))
    return merged


def _height(power_w: float, top_w: float) -> float:
    return BOTTOM_PX - power_w / top_w * (BOTTOM_PX - TOP_PX)


def _rules(levels_w: Sequence[float]) -> Html:
    heights = (_height(level_w, levels_w[-1]) for level_w in levels_w)
    return join(tag("line", class_="rule", x1="0", x2="100%", y1=height, y2=height) for height in heights)


def _levels(levels_w: Sequence[float], words: Words) -> Html:
    """Write the levels above their rules, at the left edge, so that the curve has the whole width."""
    return join(
        tag("text", text(words.exact(level_w, "w")), class_="axis", x="0", y=_height(level_w, levels_w[-1]) - 5.0)
        for level_w in levels_w[1:]
    )


def _times(length_s: float, words: Words) -> Html:
    marks = [time_s for time_s in time_ticks(length_s) if time_s <= 0.94 * length_s]
    return join(
        tag(
            "text",
            text(words.duration(time_s)),
            class_="axis" if at % 2 == 0 else "axis odd",
            x=f"{100.0 * time_s / length_s:.2f}%",
            y=BOTTOM_PX + 19.0,
            text_anchor="start" if at == 0 else "middle",
        )
        for at, time_s in enumerate(marks)
    )


def _idle(idle_w: float | None, top_w: float) -> Html:
    if idle_w is None:
        return NOTHING
    y = _height(idle_w, top_w)
    return tag("line", class_="idle", x1="0", x2="100%", y1=y, y2=y)
