"""Keep what was approved, and find it again: only what was measured on this machine in this way can be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from vatio.errors import InvalidRecord, MeasureError, UnknownName
from vatio.govern.gate._series import Method
from vatio.records import from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Said

KIND = "baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Hold a candidate that somebody approved under a name.

    ``fingerprint`` is that of the machine, ``method`` how its ``costs`` (in the method's unit, one a repetition) were
    measured. With a ``commit`` of a clean tree it can be measured again; ``setup`` and ``folder`` (below the root) say how.
    """

    SCHEMA: ClassVar[str] = "vatio.baseline/1"

    name: str
    branch: str | None
    project: str
    fingerprint: Mapping[str, str]
    method: Method
    costs: tuple[float, ...]
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    commit: str | None = None
    setup: str | None = None
    run: str | None = None
    label: str = ""


def find_baseline(said: Sequence[Said], name: str, *, branch: str | None, fingerprint: Mapping[str, str]) -> Baseline:
    """Find the latest baseline of a name, that of this branch and machine first.

    Raises:
        UnknownName: none has the name.
        MeasureError: it was kept on another machine.
        InvalidRecord: it is of a schema that this vatio does not know.
    """
    named = [entry for entry in said if entry.payload.get("name") == name]
    if not named:
        raise UnknownName.among("baseline", name, {str(entry.payload.get("name")) for entry in said})
    here = [entry for entry in named if entry.payload.get("fingerprint") == dict(fingerprint)]
    if not here:
        was = _read(named[-1]).fingerprint
        raise MeasureError(
            f"baseline {name} was kept on another machine: {'; '.join(differences(was, fingerprint))}",
            hint="compare with git:REF, which measures both here, or keep one here with --save-baseline",
        )
    own = [entry for entry in here if entry.payload.get("branch") == branch]
    return _read((own or here)[-1])


def check_method(baseline: Baseline, method: Method) -> None:
    """Check that a baseline was measured as the candidate is.

    Raises:
        MeasureError: something of the method differs, which is named.
    """
    found = list(differences(_told(baseline.method), _told(method)))
    if found:
        raise MeasureError(
            f"baseline {baseline.name} was measured in another way: {'; '.join(found)}",
            hint="keep it anew with --save-baseline NAME --approve",
        )


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Name what differs between two descriptions, and how."""
    for name in dict.fromkeys((*before, *now)):
        if before.get(name) != now.get(name):
            yield f"{name} {before.get(name, 'not known')}, now {now.get(name, 'not known')}"


def _told(method: Method) -> dict[str, str]:
    return {
        "command": " ".join(method.command),
        "unit": method.unit,
        "per": method.per or "run",
        "basis": method.basis,
        "meters": ", ".join(method.meters) or "none",
    }


def _read(entry: Said) -> Baseline:
    schema = entry.payload.get("schema")
    if schema != Baseline.SCHEMA:
        raise InvalidRecord(
            f"baseline {entry.payload.get('name')!r} has schema {schema!r}, not {Baseline.SCHEMA!r}",
            hint="use a newer vatio, or keep it anew with --save-baseline NAME --approve",
        )
    return from_json(Baseline, dict(entry.payload))
