"""The paragraph that ML CO2 Impact proposes for papers: place, hours, hardware, watts and kilograms, in LaTeX or plain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from vatio.errors import UsageError
from vatio.interop._carried import joules_of, left_out
from vatio.interop._format import Written
from vatio.interop._told import ForeignRun, Item, Part, Problem
from vatio.interop._trust import NAMEPLATE_RATIO, stated
from vatio.interop.text import EMISSIONS_G, amount, read_text
from vatio.records import Quantity, RunRecord
from vatio.units import G_PER_KG, S_PER_DAY, S_PER_HOUR, kwh

_TOOL = "ML CO2 Impact"
_NUMBER = r"([0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?)"
_START = re.compile(r"Experiments? (?:were|was) conducted using")
_WHERE = re.compile(r"conducted using (?:an? )?([^,]{1,120}?)(?: in region ([^,.]{1,80}))?(?:,|\. )")
_RATE = re.compile(rf"carbon efficiency of {_NUMBER} ?([A-Za-z]{{0,8}}?) ?(?:of )?CO")
_HOURS = re.compile(rf"cumulative of {_NUMBER} (hours?|days?)")
_HARDWARE = re.compile(rf"hardware of type (.{{1,120}}?) ?\(TDP of {_NUMBER} ?(k?W)\b")
_TOTAL = re.compile(rf"(?:estimated to be|a total of approximately) {_NUMBER} ?([A-Za-z]{{0,8}}?) ?(?:of )?CO")
_LATEX = re.compile(r"\\(?:[A-Za-z]+|.)|[{}$~_\\]")
# Printed figures are rounded; beyond this the paragraph contradicts itself, and the interval has to hold both.
_ROUNDED_RATIO = 0.05
_W = {"W": 1.0, "kW": 1e3}
_LONGEST = 4000


class MlCo2:
    """Read and write the paragraph."""

    name = "mlco2"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the sentence about hours."""
        return "hours of computation" in head and "hardware of type" in head

    def read(self, path: str) -> Iterator[Item]:
        """Read a run from each such paragraph of a text."""
        text = read_text(path)
        starts = [found.start() for found in _START.finditer(text)]
        if not starts:
            raise UsageError(f"{path} has no paragraph of {_TOOL}")
        for count, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), 1):
            place = f"line {text.count(chr(10), 0, start) + 1}"
            try:
                yield _run(_plain(text[start : min(end, start + _LONGEST)]), place, count)
            except UsageError as error:
                yield Problem(place, str(error))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write a paragraph for each run: its mean watts, and an intensity that holds the PUE, which the tool has not."""
        lost = ("the devices one by one", "the dates", *left_out(records, ()))
        return Written("\n".join(_paragraph(record) for record in records).encode(), lost)


def _run(text: str, place: str, count: int) -> ForeignRun:
    """Read one paragraph, already plain."""
    hours, hardware = _HOURS.search(text), _HARDWARE.search(text)
    if hours is None or hardware is None:
        raise UsageError("the hours or the hardware with its TDP are missing")
    duration_s = amount(f"{hours[1]} h", {"h": S_PER_DAY if hours[2].startswith("day") else S_PER_HOUR}, what="hours")
    power_w = amount(f"{hardware[2]} {hardware[3]}", _W, what="TDP")
    energy_j = duration_s * power_w
    rate, whole, where = _RATE.search(text), _TOTAL.search(text), _WHERE.search(text)
    intensity = amount(f"{rate[1]} {rate[2]}", EMISSIONS_G, what="carbon efficiency") if rate else None
    emitted_g = amount(f"{whole[1]} {whole[2]}", EMISSIONS_G, what="emissions") if whole else None
    operational_g, notes = _grams(emitted_g, kwh(energy_j) * intensity if intensity is not None else None)
    provider, region = (where[1], where[2] or "") if where else ("", "")
    tags = {"provider": provider} if provider else {}
    return ForeignRun(
        place=place,
        tool=_TOOL,
        name=hardware[1],
        said=f"{count}\n{text}",
        tags=tags,
        duration_s=duration_s,
        parts=(Part(component="other", device=hardware[1], energy_j=_stated(energy_j)),),
        operational_g=operational_g,
        zone=region,
        notes=("computed from nameplates and hours, not measured", *notes),
    )


def _grams(said_g: float | None, computed_g: float | None) -> tuple[Quantity, tuple[str, ...]]:
    if said_g is None and computed_g is None:
        raise UsageError("neither the emissions nor the carbon efficiency can be read")
    value_g = said_g if said_g is not None else computed_g or 0.0
    grams = _stated(value_g)
    if said_g is None or computed_g is None or abs(said_g - computed_g) <= _ROUNDED_RATIO * max(said_g, computed_g):
        return grams, ()
    note = f"the text says {said_g:g} g, its hours, watts and carbon efficiency make {computed_g:g} g"
    low, high = min(grams.low or 0.0, computed_g), max(grams.high or 0.0, computed_g)
    return Quantity.around(value_g, low, high, provenance="default", source=f"{_TOOL}: {note}"), (note,)


def _stated(value: float) -> Quantity:
    return stated(value, within_ratio=NAMEPLATE_RATIO, source=f"{_TOOL}: nameplates and hours")


def _plain(text: str) -> str:
    """Take LaTeX and line ends out of a text.

    >>> _plain("0.4 kgCO$_2$eq")
    '0.4 kgCO 2 eq'
    """
    return " ".join(_LATEX.sub(" ", text).split())


def _paragraph(record: RunRecord) -> str:
    drawn_j, emitted_g = joules_of(record).whole_j.value, record.emissions_g.operational.value
    if drawn_j is None or emitted_g is None or record.duration_s <= 0.0 or drawn_j <= 0.0:
        raise UsageError(f"run {record.id} lacks energy, emissions or a duration", hint="the paragraph states all three")
    around, intensity = record.environment, record.intensity_g_per_kwh
    gpus = around.gpus if around else ()
    hardware = gpus[0].model if gpus else around.cpu.model if around and around.cpu else "unnamed hardware"
    region = f" in region {intensity.zone}" if intensity and intensity.zone else ""
    return (
        f"Experiments were conducted using a private infrastructure{region}, which has a carbon efficiency of "
        f"{emitted_g / kwh(drawn_j) / G_PER_KG!r} kgCO$_2$eq/kWh. A cumulative of {record.duration_s / S_PER_HOUR!r} hours of "
        f"computation was performed on hardware of type {hardware} (TDP of {drawn_j / record.duration_s!r}W).\n\n"
        f"Total emissions are estimated to be {emitted_g / G_PER_KG!r} kgCO$_2$eq of which 0 percents were directly offset by "
        "the cloud provider.\n\n"
        "% The power is the mean that vatio measured, not a nameplate; the carbon efficiency holds the PUE.\n"
    )
