"""What each piece of hardware draws, computes, holds and embodies, from the catalog or from the watts that were stated."""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from vatio.account.estimates._asked import Asked
from vatio.account.estimates._interval import Rule, between, given, inverse
from vatio.account.estimates._place import named_factor
from vatio.catalog import AcceleratorRow, Catalog, InstanceRow, ProcessorRow, cpu_power_w, draws, embodied
from vatio.errors import UsageError
from vatio.records import Factor, Quantity, scaled, total
from vatio.units import S_PER_YEAR

# The ranges of an estimate are meant to hold the truth six times out of seven: 85 % of a normal distribution of logarithms.
LIKELY_DEVIATIONS = 1.44
# Chips that share one host, and the GiB of memory that each of them finds there (low, usual, high).
_CHIPS_PER_HOST = {"hbm": (8, (64, 128, 256)), "gddr": (4, (16, 48, 128))}
_BUSY = (0.3, 0.7, 1.0)
_STATED = "stated power"
# Watts that no such hardware draws, whatever its unit: a tenth of its idle power, three times its board's.
_LEAST_OF_IDLE, _MOST_OF_BOARD = 0.1, 3.0


class Piece(NamedTuple):
    """Hold one kind of hardware of an estimate: ``number`` pieces, each of so many chips (a processor: 0) and watts."""

    name: str
    number: float
    power_w: Quantity
    embodied_g: Quantity
    lifetime_years: Quantity
    accelerator: AcceleratorRow | None
    chips_per_piece: float
    facility: str


def pieces(asked: Asked, catalog: Catalog, rule: Rule) -> tuple[Piece, ...]:
    """Look every named piece up.

    Raises:
        UsageError: stated watts are for several kinds of hardware, or cannot be those of the one named.
        UnknownName: no table has the hardware and no power was stated; the nearest rows are named.
    """
    if asked.power_w is not None and len(asked.hardware) > 1:
        raise UsageError("one power for several kinds of hardware", hint="give one --hardware with --power-w")
    return tuple(_piece(name, count, asked.power_w, catalog, rule) for name, count in asked.hardware)


def _piece(name: str, count: float, power_w: float | None, catalog: Catalog, rule: Rule) -> Piece:
    rented = catalog.instance(name)
    if rented is not None:
        return _rented(rented, count, power_w, catalog, rule)
    accelerator = catalog.accelerator(name)
    if accelerator is not None:
        return _of_accelerator(accelerator, count, power_w, rule)
    processor = catalog.processor(name)
    if processor is not None:
        return _of_processor(processor, count, power_w)
    if power_w is None:
        raise catalog.unknown_hardware(name)
    absent = Quantity.absent("embodied", source=f"{name!r} is in no table")
    return Piece(name, count, given(power_w, _STATED), absent, absent, None, 0.0, "server")


def _of_accelerator(row: AcceleratorRow, count: float, power_w: float | None, rule: Rule) -> Piece:
    if power_w is not None:
        _plausible(row.name, power_w, row.idle_w, row.board_w)
    drawn = rule([row.board_w, drawn_ratio()]) if power_w is None else given(power_w, _STATED)
    years = embodied("gpu", "hbm" if row.kind == "hbm" else "gddr").lifetime_years
    facility = "cluster" if row.kind == "hbm" else "server" if row.kind == "gddr" else "desktop"
    made = total([row.embodied_g, _host_share(row.kind)]) if not row.embodied_g.is_missing else row.embodied_g
    return Piece(row.name, count, drawn, made, years, row, 1.0, facility)


def _of_processor(row: ProcessorRow, count: float, power_w: float | None) -> Piece:
    low, usual, high = (cpu_power_w(row, busy) for busy in _BUSY)
    if power_w is not None:
        _plausible(row.model, power_w, row.idle_w, row.peak_w)
    source = f"30 to 100 % busy, {row.source} ({row.year})"
    drawn = between(usual.value or 0.0, low.low or 0.0, high.high or 0.0, source=source)
    part = embodied("cpu", row.kind)
    return Piece(
        row.model,
        count,
        drawn if power_w is None else given(power_w, _STATED),
        part.embodied_g,
        part.lifetime_years,
        None,
        0.0,
        row.kind,
    )


def _rented(row: InstanceRow, count: float, power_w: float | None, catalog: Catalog, rule: Rule) -> Piece:
    """Build a rented machine: its accelerators, and what its host draws beside them."""
    chip = catalog.accelerator(row.accelerator) if row.accelerator else None
    host = row.host_w
    parts = [host] if chip is None else [host, scaled(rule([chip.board_w, drawn_ratio()]), row.accelerators_per_instance)]
    if power_w is not None:
        _plausible(row.name, power_w, total([host]), total(parts))
    made = [] if chip is None or chip.embodied_g.is_missing else [scaled(chip.embodied_g, row.accelerators_per_instance)]
    share = min(1.0, row.vcpus / _VCPUS_OF_A_HOST)
    made += [scaled(embodied(part).embodied_g, share) for part in ("cpu", "cpu", "rest")]
    made.append(scaled(embodied("dram").embodied_g, row.memory_gib))
    facility = row.provider if row.provider in ("aws", "azure", "gcp") else "cluster"
    drawn = total(parts) if power_w is None else given(power_w, _STATED)
    years = embodied("rest").lifetime_years
    chips = row.accelerators_per_instance if chip is not None else 0.0
    return Piece(row.name, count, drawn, total(made), years, chip, chips, facility)


# Hosts of rented machines have two processors of about 48 cores with two threads each.
_VCPUS_OF_A_HOST = 192.0


def drawn_ratio(*, without: str | None = None) -> Quantity:
    """Give what chips draw in training, with their share of the host, over the watts that their maker states.

    The value is 1: published accounts count the stated watts, and the host's share makes up for what the chip leaves. The
    range is that of the published measurements, those of one publisher left out if it is named.
    """
    known = [row for row in draws() if row.publisher != without]
    logs = [math.log(row.measured_w / row.board_w) for row in known]
    middle, deviation = statistics.fmean(logs), statistics.stdev(logs)
    low, high = (math.exp(middle + sign * LIKELY_DEVIATIONS * deviation) for sign in (-1.0, 1.0))
    source = f"{len(logs)} measured runs of {len({row.publisher for row in known})} publishers"
    return between(1.0, low, high, source=f"{source} ({max(row.year for row in known)})")


def peak_flop_per_s(row: AcceleratorRow) -> float | None:
    """Give the dense peak at 16 bits, at which models are trained, else the best that is stated."""
    for precision in ("bf16", "fp16", "tf32", "fp32"):
        if precision in row.flop_per_s:
            return row.flop_per_s[precision]
    return None


def embodied_g(piece: Piece, rule: Rule, duration_s: Quantity) -> Quantity:
    """Share out what making a piece emitted: M = TE x (time / lifetime), as in ISO/IEC 21031."""
    if piece.embodied_g.is_missing:
        return piece.embodied_g
    return scaled(rule([piece.embodied_g, inverse(piece.lifetime_years), duration_s]), piece.number / S_PER_YEAR)


def factors(piece: Piece, *, serves: bool = False) -> tuple[Factor, ...]:
    """Name a piece's factors; a chip that serves requests is accounted by its board's power."""
    known = [Factor(name=f"{piece.name}: count", value=given(piece.number), unit="1", source="given")]
    if serves and piece.accelerator is not None and piece.power_w.source != _STATED:
        known.append(named_factor(f"{piece.name}: board power", piece.accelerator.board_w, "W"))
    else:
        known.append(named_factor(f"{piece.name}: power", piece.power_w, "W"))
    if not piece.embodied_g.is_missing:
        known.append(named_factor(f"{piece.name}: embodied", piece.embodied_g, "g"))
        known.append(named_factor(f"{piece.name}: lifetime", piece.lifetime_years, "years"))
    return tuple(known)


def _host_share(kind: str) -> Quantity:
    """Give what making a chip's share of its host emitted: enclosure, board, supplies, processors and memory."""
    if kind not in _CHIPS_PER_HOST:
        return Quantity.exact(0.0, provenance="default", source="a board is its own host")
    chips, (low, usual, high) = _CHIPS_PER_HOST[kind]
    memory = Quantity.around(usual, low, high, provenance="default", source="memory of a host")
    parts = [embodied("rest").embodied_g, embodied("cpu").embodied_g, embodied("cpu").embodied_g]
    gib = embodied("dram").embodied_g
    per_chip = Quantity.around(
        (gib.value or 0.0) * (memory.value or 0.0),
        (gib.low or 0.0) * (memory.low or 0.0),
        (gib.high or 0.0) * (memory.high or 0.0),
        provenance="default",
        source=gib.source,
    )
    return total([scaled(total(parts), 1.0 / chips), per_chip])


def _plausible(name: str, power_w: float, idle_w: Quantity, most_w: Quantity) -> None:
    least, most = _LEAST_OF_IDLE * (idle_w.low or 0.0), _MOST_OF_BOARD * (most_w.high or math.inf)
    if not least <= power_w <= most:
        stated = f"{most_w.value:g} W" if most_w.value is not None else "less"
        raise UsageError(
            f"{power_w:g} W for one {name}, of which {stated} is stated", hint="--power-w is watts of one: not kW, not of all"
        )
