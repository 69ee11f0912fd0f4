"""Draw a run's phases as a ribbon under its curve: nested ones below, overlapping ones beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.records import Phase
from vatio.report._words import Words
from vatio.report.page._html import NOTHING, Html, join, tag, text

LANES = 5
LANE_PX = 26.0
# A phase narrower than this would be less than a pixel wide; the table below the figure has it.
NARROWEST = 0.002
MOST = 200


def ribbon(phases: Sequence[Phase], words: Words, *, length_s: float) -> Html:
    """Draw the phases that are wide enough to be seen."""
    wide = [phase for phase in phases if phase.duration_s >= NARROWEST * length_s][:MOST]
    if not wide or length_s <= 0.0:
        return NOTHING
    placed = lanes(wide)
    tints = {name: at % 6 for at, name in enumerate(dict.fromkeys(phase.name for phase in wide))}
    boxes = join(_box(phase, words, lane=lane, tint=tints[phase.name], length_s=length_s) for phase, lane in placed)
    deepest = max(lane for _, lane in placed) + 1
    return tag(
        "svg", boxes, class_="ribbon", role="img", aria_label=words.say("phases"), width="100%", height=deepest * LANE_PX
    )


def lanes(phases: Sequence[Phase]) -> list[tuple[Phase, int]]:
    """Give each phase a lane: below its parent, and free for as long as it lasts."""
    free_s: list[float] = []
    inner: dict[str, int] = {}
    placed = []
    for phase in sorted(phases, key=lambda phase: (phase.start_s, -phase.duration_s)):
        first = inner.get(phase.parent, -1) + 1 if phase.parent else 0
        lane = next((at for at in range(first, len(free_s)) if free_s[at] <= phase.start_s + 1e-9), max(first, len(free_s)))
        free_s += [0.0] * (lane + 1 - len(free_s))
        free_s[lane] = phase.start_s + phase.duration_s
        inner[phase.name] = lane
        if lane < LANES:
            placed.append((phase, lane))
    return placed


def _box(phase: Phase, words: Words, *, lane: int, tint: int, length_s: float) -> Html:
    """Draw one phase: an inner drawing cuts its name where the box ends."""
    what = f"{phase.name}: {words.duration(phase.duration_s)}, {words.quantity(phase.energy_j, 'j')}"
    start, width = 100.0 * phase.start_s / length_s, 100.0 * phase.duration_s / length_s
    body = (
        tag("title", text(what)),
        tag("rect", class_=f"p{tint}", width="100%", height=LANE_PX - 4.0, rx="3"),
        tag("text", text(phase.name), x="7", y=LANE_PX / 2 + 2.5),
    )
    return tag(
        "svg", *body, x=f"{start:.2f}%", y=lane * LANE_PX, width=f"{min(width, 100.0 - start):.2f}%", height=LANE_PX - 4.0
    )
