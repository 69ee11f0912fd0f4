"""What a processor package draws, idle and busy, by the model string of /proc/cpuinfo.

The watts of a package are derived from the wall watts of SPECpower_ssj2008 servers and the vendor's TDP; the method, the
allowances and the interval are in docs/adr/0040-processor-power-from-specpower.md.
"""

from __future__ import annotations

from typing import NamedTuple

from vatio.catalog._table import Row, find, provenance_of, quantity, rows
from vatio.records import Quantity

# What a model string says beside the model.
_DROPPED = frozenset(
    ("intel", "amd", "cpu", "processor", "gen", "with", "radeon", "graphics", "implementer", "part", "vega", "mobile", "gfx")
)
# Share of the way from idle to peak at a utilisation u, as u to a power: SPECpower's servers are near linear, stress tests
# with turbo (Teads 2021: 22 % of the way at u = 0.1, 70 % at 0.5) rise faster, and a few servers rise late.
_CURVE, _CURVE_LATE, _CURVE_EARLY = 0.75, 1.15, 0.5


class ProcessorRow(NamedTuple):
    """Hold one processor package in watts. ``kind``: server, arm, desktop or laptop; ``threads`` of one package, if known."""

    model: str
    family: str
    kind: str
    cores: int
    threads: int | None
    idle_w: Quantity
    peak_w: Quantity
    tdp_w: Quantity
    source: str
    year: int


def processor(model: str) -> ProcessorRow:
    """Find a processor by the kernel's name of it, else its family, else its class, flagged as a default.

    An ARM core without a name is found by ``arm IMPLEMENTER PART`` as in /proc/cpuinfo.

    >>> processor("Intel(R) Xeon(R) Platinum 8488C").family
    'Sapphire Rapids'
    >>> processor("AMD EPYC 7R13 Processor").cores
    48
    >>> processor("AMD EPYC").peak_w.provenance
    'default'
    """
    name = _plain(model)
    row = find("processors", name) if name and "," not in name else None
    return processor_of(row or _family(name), name or "unknown")


def processors() -> tuple[ProcessorRow, ...]:
    """List every processor of the table."""
    return tuple(processor_of(row, row["model"]) for row in rows("processors"))


def cpu_power_w(row: ProcessorRow, utilisation_ratio: float) -> Quantity:
    """Give the watts of one package at a utilisation of 0 to 1 (all threads busy).

    >>> row = processor("AMD EPYC 7742")
    >>> cpu_power_w(row, 0.0).value == row.idle_w.value, cpu_power_w(row, 1.0).high == row.peak_w.high
    (True, True)
    """
    busy = min(1.0, max(0.0, utilisation_ratio))
    ends = (row.idle_w.low, row.peak_w.low), (row.idle_w.value, row.peak_w.value), (row.idle_w.high, row.peak_w.high)
    powers = (_CURVE_LATE, _CURVE, _CURVE_EARLY)
    low, value, high = (
        (idle or 0.0) + ((peak or 0.0) - (idle or 0.0)) * busy**power for (idle, peak), power in zip(ends, powers, strict=True)
    )
    return Quantity.around(value, low, high, provenance=row.peak_w.provenance, source=row.peak_w.source)


def dram() -> Quantity:
    """Give the watts of one GiB of installed memory: large server modules at the low end, small ones busy at the high."""
    source = "memory vendors' power calculators for DDR4 and DDR5 + Green Algorithms 2021, 0.3725 W/GB (2021)"
    return Quantity.around(0.2, 0.05, 0.4, provenance="modelled", source=source)


def _plain(model: str) -> str:
    text = model.lower().replace("(r)", "").replace("(tm)", "").replace("®", "").partition("@")[0]
    for sign in "(),/":
        text = text.replace(sign, " ")
    return " ".join(word for word in text.split() if word not in _DROPPED and not _counts(word))


def _counts(word: str) -> bool:
    # "64-core", "13th" of "13th Gen": they say nothing that the model number does not.
    return word.endswith("-core") or (word[:-2].isdigit() and word[-2:] == "th")


def _family(name: str) -> Row:
    best, best_rank = None, (0, 0)
    fallback: Row = {}
    for row in rows("families"):
        if row["family"] == "unknown":
            fallback = row
        for pattern in row["patterns"].split("|"):
            rank = (len(pattern), -pattern.count("?"))
            if rank > best_rank and _matches(pattern, name):
                best, best_rank = row, rank
    return best or fallback


def _matches(pattern: str, name: str) -> bool:
    """Tell whether a pattern (``?`` is any character) begins at the begin of one of the name's words."""
    padded = " " + name
    for at in range(len(padded) - len(pattern)):
        if padded[at] == " " and all(
            want in (have, "?") for want, have in zip(pattern, padded[at + 1 : at + 1 + len(pattern)], strict=True)
        ):
            return True
    return False


def processor_of(row: Row, name: str) -> ProcessorRow:
    """Build a processor of a row of the table, shipped or a user's own."""
    known = {part: quantity(row, part, "w", provenance=provenance_of(row)) for part in ("idle", "peak", "tdp")}
    return ProcessorRow(
        model=name,
        family=row["family"],
        kind=row["kind"],
        cores=int(row["cores"]),
        threads=int(row["threads"]) if row["threads"] else None,
        idle_w=known["idle"],
        peak_w=known["peak"],
        tdp_w=known["tdp"],
        source=row["source"],
        year=int(row["year"]),
    )
