"""Draw a fleet's plan: for each zone its load by slot under its capacity, and the intensity as a line."""

from __future__ import annotations

import math
from importlib.resources import files

from vatio.report._format import local_time
from vatio.report.fleet._shown import FleetShown, ZoneLoad, counted
from vatio.report.page import NOTHING, Html, join, tag, text
from vatio.units import W_PER_KW

_WIDTH, _PANEL, _GAP = 1000.0, 150.0, 60.0
_LEFT, _RIGHT, _TOP = 56.0, 950.0, 28.0
_MARKS = 6


def fleet_svg(shown: FleetShown) -> str:
    """Draw a plan as one SVG that asks no host for anything and follows the reader's light or dark."""
    return f"{drawn(shown, style=own('fleet.css'))}\n"


def drawn(shown: FleetShown, *, style: str = "") -> Html:
    """Draw a plan; in a page the style is the page's."""
    highest = max(max(zone.g_per_kwh) for zone in shown.zones) or 1.0
    height = _TOP + (_PANEL + _GAP) * len(shown.zones)
    panels = [part for at, zone in enumerate(shown.zones) for part in _panel(zone, shown, _TOP + (_PANEL + _GAP) * at, highest)]
    return tag(
        "svg",
        tag("title", text(shown.headline())),
        Html(f"<style>{style}</style>") if style else NOTHING,
        *panels,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {height:g}",
        width="100%",
        role="img",
        class_="fleet",
    )


def own(name: str) -> str:
    """Read one of the files that lie beside this one."""
    return files("vatio.report.fleet").joinpath(name).read_text(encoding="utf-8")


def _panel(zone: ZoneLoad, shown: FleetShown, top_px: float, highest: float) -> list[Html]:
    bounded = zone.capacity_w < math.inf
    most = max(zone.capacity_w if bounded else 0.0, *zone.whole_w, 1e-9)
    bottom_px = top_px + _PANEL
    wide_px = (_RIGHT - _LEFT) / shown.slots

    def y(power_w: float) -> float:
        return bottom_px - power_w / most * _PANEL

    whole, held = zone.whole_w, zone.held_w
    line = y(zone.capacity_w) if bounded else bottom_px
    return [
        tag("text", text(f"{zone.name}: {counted(zone.jobs)}"), class_="name", x=_LEFT, y=top_px - 8.0),
        tag("text", text(f"{most / W_PER_KW:.3g} kW"), class_="axis", x=_LEFT - 6.0, y=top_px + 10.0, text_anchor="end"),
        tag("text", text(f"{highest:.0f}"), class_="axis", x=_RIGHT + 6.0, y=top_px + 10.0),
        tag("text", text("g/kWh"), class_="axis", x=_RIGHT + 6.0, y=bottom_px),
        tag("path", class_="planned", d=_area([y(one) for one in whole], bottom_px, wide_px)),
        tag("path", class_="held", d=_area([y(one) for one in held], bottom_px, wide_px)),
        tag("line", class_="capacity", x1=_LEFT, x2=_RIGHT, y1=line, y2=line) if bounded else NOTHING,
        tag("path", class_="line", d=_steps([bottom_px - value / highest * _PANEL for value in zone.g_per_kwh], wide_px)),
        tag("line", class_="rule", x1=_LEFT, x2=_RIGHT, y1=bottom_px, y2=bottom_px),
        _times(shown, bottom_px),
    ]


def _steps(heights: list[float], wide_px: float) -> str:
    moves = [
        f"{'L' if at else 'M'}{_LEFT + at * wide_px:.1f} {one:.1f}H{_LEFT + (at + 1) * wide_px:.1f}"
        for at, one in enumerate(heights)
    ]
    return "".join(moves)


def _area(heights: list[float], bottom_px: float, wide_px: float) -> str:
    return f"{_steps(heights, wide_px)}V{bottom_px:.1f}H{_LEFT:.1f}Z"


def _times(shown: FleetShown, bottom_px: float) -> Html:
    found = []
    for at in range(_MARKS):
        told = local_time(shown.start_of(shown.slots * at / _MARKS), "%a %d %H:%M")
        found.append(tag("text", text(told), class_="axis", x=_LEFT + (_RIGHT - _LEFT) * at / _MARKS, y=bottom_px + 18.0))
    return join(found)
