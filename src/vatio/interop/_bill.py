"""Read a bill of materials of ACT: the silicon of a machine, of which its making can be computed."""

from __future__ import annotations

from collections.abc import Mapping

from vatio.account import SiliconPart
from vatio.errors import UnknownName, UsageError
from vatio.interop.text import amount, as_number, load_yaml, mapping, read_text, text_of

_AREA_CM2: Mapping[str, float] = {"mm2": 1e-2, "cm2": 1.0, "mm^2": 1e-2, "cm^2": 1.0, "mm**2": 1e-2, "cm**2": 1.0}
_CAPACITY_GB: Mapping[str, float] = {"MB": 1e-3, "GB": 1.0, "TB": 1e3}
_KNOWN = {"model", "process", "n_ics", "capacity", "area", "fab_yield", "gpa", "fab_ci"}


def read_bill(path: str) -> tuple[SiliconPart, ...]:
    """Read the parts of a bill; ``vatio.account.bill_g`` adds them up.

    Raises:
        UsageError: it is no such bill, or lists what ACT's silicon models do not cover: nothing is left out silently.
        MissingExtra: PyYAML is not installed.
    """
    bill = mapping(load_yaml(read_text(path), where=path), what=path)
    beside = [kind for kind in ("materials", "passives", "imports") if bill.get(kind)]
    if beside:
        raise UsageError(f"{path} lists {', '.join(beside)}", hint="only its silicon can be computed; take them out first")
    silicon = mapping(bill.get("silicon"), what=f"{path}: silicon")
    if not silicon:
        raise UsageError(f"{path} lists no silicon: it is no bill of materials of ACT")
    return tuple(_part(name, mapping(said, what=f"{path}: {name}")) for name, said in silicon.items())


def _part(name: str, said: Mapping[str, object]) -> SiliconPart:
    unknown = sorted(said.keys() - _KNOWN)
    if unknown:
        raise UnknownName.among(f"field of {name}", unknown[0], _KNOWN)
    given: dict[str, object] = {
        "model": text_of(said.get("model")) or None,
        "abatement": text_of(said.get("gpa")) or None,
        "fab": text_of(said.get("fab_ci")) or None,
        "yield_ratio": as_number(said.get("fab_yield"), what=f"{name}: fab_yield"),
    }
    return SiliconPart(
        name=name,
        process=text_of(said.get("process")),
        area_cm2=_size(said, "area", _AREA_CM2, name),
        capacity_gb=_size(said, "capacity", _CAPACITY_GB, name),
        packages=_count(said, name),
        **{key: value for key, value in given.items() if value is not None},  # type: ignore[arg-type]
    )


def _size(said: Mapping[str, object], field: str, units: Mapping[str, float], name: str) -> float:
    return amount(text_of(said[field]), units, what=f"{name}: {field}") if field in said else 0.0


def _count(said: Mapping[str, object], name: str) -> int:
    found = as_number(said.get("n_ics"), what=f"{name}: n_ics") or 0.0
    if found != int(found):
        raise UsageError(f"{name}: n_ics is {found:g}, not a whole number")
    return int(found)
