"""Draw stacks as a flame: width is cost, a callee stands on its caller. One SVG, no script, light and dark."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from vatio.optimise.profile._stacks import Place, Stack

_WIDTH, _ROW, _HEAD = 1200.0, 20.0, 44.0
_LEAST_WIDTH, _LETTER = 0.5, 6.6
_STYLE = """
svg { --paper: #fcfcfa; --ink: #191c20; --soft: #565c65; --own: #bfe3dc; --other: #e2e2dc; --edge: #fcfcfa; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #121517; --ink: #eceae4; --soft: #a8aeb6; --own: #17544b; --other: #2b3034; --edge: #121517; }
}
text { font: 11px ui-monospace, monospace; fill: var(--ink); }
text.head { font: 14px system-ui, sans-serif; }
.paper { fill: var(--paper); }
.own { fill: var(--own); stroke: var(--edge); }
.other { fill: var(--other); stroke: var(--edge); }
"""


class Box(NamedTuple):
    """Hold one function on one stack: how deep, from where to where in CPU-seconds."""

    place: Place
    depth: int
    start_s: float
    end_s: float


def boxes(stacks: Iterable[Stack]) -> tuple[Box, ...]:
    """Lay stacks side by side, by name, with common callers joined."""
    named = sorted((tuple(place._replace(line=0) for place in one.places), one.cpu_s) for one in stacks)
    return tuple(_laid(named, 0, 0.0))


def flame_svg(stacks: Iterable[Stack], *, title: str, unit: str = "CPU-s", per_cpu_s: float = 1.0) -> str:
    """Draw stacks; ``per_cpu_s`` turns CPU-seconds into ``unit``. Files of the working folder are coloured."""
    found = boxes(stacks)
    whole_s = sum(one.end_s - one.start_s for one in found if one.depth == 0)
    deepest = max((one.depth for one in found), default=0)
    height = _HEAD + _ROW * (deepest + 1) + 8.0
    scale = _WIDTH / whole_s if whole_s > 0.0 else 0.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {height:g}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH:g}" height="{height:g}"/>',
        f'<text class="head" x="8" y="26">{escape(title)}</text>',
    ]
    for one in found:
        width = (one.end_s - one.start_s) * scale
        if width >= _LEAST_WIDTH:
            cost = (one.end_s - one.start_s) * per_cpu_s
            top = _HEAD + _ROW * (deepest - one.depth)
            parts.append(_drawn(one, one.start_s * scale, top, width, f"{cost:.3g} {unit}"))
    return "\n".join([*parts, "</svg>\n"])


def _laid(named: list[tuple[tuple[Place, ...], float]], depth: int, start_s: float) -> Iterator[Box]:
    at = 0
    while at < len(named):
        if len(named[at][0]) <= depth:
            start_s += named[at][1]
            at += 1
            continue
        place, first = named[at][0][depth], at
        while at < len(named) and len(named[at][0]) > depth and named[at][0][depth] == place:
            at += 1
        end_s = start_s + sum(cpu_s for _, cpu_s in named[first:at])
        yield Box(place, depth, start_s, end_s)
        yield from _laid(named[first:at], depth + 1, start_s)
        start_s = end_s


def _drawn(one: Box, left: float, y: float, width: float, cost: str) -> str:
    own = one.place.file.startswith(os.getcwd()) or not os.path.isabs(one.place.file)
    label = f"{one.place.function} ({os.path.basename(one.place.file)})"
    room = int((width - 8.0) / _LETTER)
    shown = label if len(label) <= room else f"{label[: room - 1]}…" if room > 3 else ""
    text = f'<text x="{left + 4:.1f}" y="{y + 14:.1f}">{escape(shown)}</text>' if shown else ""
    told = escape(f"{one.place.function}, {one.place.file}: {cost}")
    kind = "own" if own and not one.place.file.startswith("<") else "other"
    size = f'x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_ROW - 1:g}"'
    return f'<g><title>{told}</title><rect class="{kind}" {size} rx="2"/>{text}</g>'
