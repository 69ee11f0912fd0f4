"""Draw a simulation: for each policy a bar of grams and a bar of waiting."""

from __future__ import annotations

from importlib.resources import files

from vatio.report.page import NOTHING, Html, tag, text
from vatio.report.simulation._shown import PolicyShown, SimulationShown, waited

_WIDTH, _ROW, _TOP, _BAR = 1000.0, 34.0, 34.0, 18.0
_NAMES, _GRAMS, _GRAMS_END, _WAITS, _WAITS_END = 0.0, 130.0, 480.0, 600.0, 880.0


def simulation_svg(shown: SimulationShown) -> str:
    """Draw a simulation as one SVG that asks no host for anything and follows the reader's light or dark."""
    return f"{drawn(shown, style=own('simulation.css'))}\n"


def drawn(shown: SimulationShown, *, style: str = "") -> Html:
    """Draw a simulation; in a page the style is the page's."""
    most_g = max(one.emissions_g.value or 0.0 for one in shown.policies) or 1.0
    most_s = max(one.wait_p95_s for one in shown.policies) or 1.0
    height = _TOP + _ROW * len(shown.policies) + 8.0
    parts = [
        tag("title", text(shown.headline())),
        Html(f"<style>{style}</style>") if style else NOTHING,
        tag("text", text("grams, run-now is 100 %"), class_="axis", x=_GRAMS, y=16.0),
        tag("text", text("waiting: mean, and 95 % wait no longer"), class_="axis", x=_WAITS, y=16.0),
        *(part for at, one in enumerate(shown.policies) for part in _row(one, _TOP + _ROW * at, most_g, most_s, shown)),
    ]
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH:g} {height:g}",
        width="100%",
        role="img",
        class_="simulation",
    )


def own(name: str) -> str:
    """Read one of the files that lie beside this one."""
    return files("vatio.report.simulation").joinpath(name).read_text(encoding="utf-8")


def _row(one: PolicyShown, top_px: float, most_g: float, most_s: float, shown: SimulationShown) -> list[Html]:
    base_g = shown.policies[0].emissions_g.value or 1.0
    grams = (one.emissions_g.value or 0.0) / most_g * (_GRAMS_END - _GRAMS)
    mean, late = (seconds / most_s * (_WAITS_END - _WAITS) for seconds in (one.wait_mean_s, one.wait_p95_s))
    middle, line = top_px + _BAR / 2.0, top_px + _BAR - 4.0
    share = f"{100.0 * (one.emissions_g.value or 0.0) / base_g:.1f} %"
    return [
        tag("text", text(one.name), class_="name", x=_NAMES, y=line),
        tag("rect", class_="grams", x=_GRAMS, y=top_px, width=max(grams, 0.5), height=_BAR),
        tag("text", text(share), class_="axis", x=_GRAMS + grams + 8.0, y=line),
        tag("line", class_="late", x1=_WAITS, x2=_WAITS + late, y1=middle, y2=middle),
        tag("rect", class_="waits", x=_WAITS, y=top_px, width=max(mean, 0.5), height=_BAR),
        tag("text", text(f"{waited(one.wait_mean_s)}"), class_="axis", x=_WAITS + max(mean, late) + 8.0, y=line),
    ]
