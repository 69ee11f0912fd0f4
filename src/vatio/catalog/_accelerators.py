"""What accelerators draw, hold, compute and embody, by the name that their driver gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from vatio.catalog._table import Row, provenance_of, quantity, rows
from vatio.records import Quantity
from vatio.units import BYTES_PER_GB, BYTES_PER_GIB, G_PER_KG

_FLOP_PER_TERA = 1e12
_PRECISIONS = ("fp64", "fp32", "tf32", "fp16", "bf16", "fp8", "int8")
# Makers state a board's power, not its idle; the range is what such boards show with no process on them.
_IDLE = "typical of such boards: makers publish no idle power"
_ANY, _ANY_MOBILE = "data-centre GPU", "mobile GPU"
# A laptop's part has its desktop namesake's name and a third of its power.
_MOBILE_WORDS = frozenset({"laptop", "mobile", "max"})


class AcceleratorRow(NamedTuple):
    """Hold one accelerator. ``flop_per_s`` is the dense peak for each precision that its maker states.

    ``memory_bytes`` of 0 and ``bandwidth_bytes_per_s`` of ``None`` are not known.
    """

    name: str
    kind: str
    board_w: Quantity
    idle_w: Quantity
    memory_bytes: int
    bandwidth_bytes_per_s: float | None
    flop_per_s: Mapping[str, float]
    embodied_g: Quantity
    source: str
    year: int


def accelerator(model: str) -> AcceleratorRow:
    """Find an accelerator by its driver's name, else a class default, flagged.

    >>> accelerator("NVIDIA A100-SXM4-80GB").board_w.value
    400.0
    >>> accelerator("NVIDIA H100 80GB HBM3").flop_per_s["bf16"]
    989000000000000.0
    >>> accelerator("Unheard Of 9000").board_w.provenance
    'default'
    """
    name = f" {plain_name(model)} "
    best, longest, named = None, 0, {}
    mobile = not _MOBILE_WORDS.isdisjoint(name.split())
    for row in rows("accelerators"):
        named[row["name"]] = row
        for alias in row["aliases"].split("|"):
            if len(alias) > longest and f" {plain_name(alias)} " in name:
                best, longest = row, len(alias)
    if mobile and (best is None or best["kind"] == "gddr"):
        best = named[_ANY_MOBILE]
    return accelerator_of(best or named[_ANY])


def accelerators() -> tuple[AcceleratorRow, ...]:
    """List every accelerator of the table."""
    return tuple(accelerator_of(row) for row in rows("accelerators"))


def plain_name(model: str) -> str:
    """Spell a name as lookups compare it.

    >>> plain_name("NVIDIA A100-SXM4-80GB")
    'nvidia a100 sxm4 80gb'
    """
    return " ".join(model.lower().replace("-", " ").replace("/", " ").replace("(tm)", "").split())


def accelerator_of(row: Row) -> AcceleratorRow:
    """Build an accelerator of a row of the table, shipped or a user's own."""
    provenance = provenance_of(row)
    embodied = {**row, "source": row["embodied_source"]}
    return AcceleratorRow(
        name=row["name"],
        kind=row["kind"],
        board_w=quantity(row, "board", "w", provenance=provenance),
        idle_w=quantity({**row, "source": _IDLE}, "idle", "w", provenance="default"),
        memory_bytes=round(float(row["memory_gib"] or 0.0) * BYTES_PER_GIB),
        bandwidth_bytes_per_s=float(row["bandwidth_gb_per_s"]) * BYTES_PER_GB if row["bandwidth_gb_per_s"] else None,
        flop_per_s={name: float(peak) * _FLOP_PER_TERA for name in _PRECISIONS if (peak := _peak(row, name))},
        embodied_g=quantity(embodied, "embodied", "kg", factor=G_PER_KG, provenance="default"),
        source=row["source"],
        year=int(row["year"]),
    )


def _peak(row: Row, precision: str) -> str:
    return row["int8_tops" if precision == "int8" else f"{precision}_tflops"]
