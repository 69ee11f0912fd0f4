"""Write what a run used in at most twelve lines of plain text, 80 columns wide."""

from __future__ import annotations

from vatio.records import total
from vatio.report._format import NOT_MEASURED, best, clean, duration, fit, plain, short_id, written
from vatio.report._parts import by_kind, lacking, mean_power_w, meters, ratio, useful_ratio, why, workload_ratio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import Component, Quantity, RunRecord

COLUMNS = 80
_LABEL = 10
_COMPONENT_LINES = 3
_WIDEST_VALUE = 20

Line = tuple[str, str, str]


def receipt(
    record: RunRecord,
    *,
    change: str | None = None,
    head: str | None = None,
    next_command: str | None = None,
    recorded_in: str | None = None,
) -> tuple[str, ...]:
    """Write a run's receipt: energy with meters and intervals, its share, grams, cost, change, the ledger's head.

    ``change`` says how the run stands against earlier ones of its series, ``head`` is the ledger's head after the run,
    ``recorded_in`` where the run was kept when there is no head to show (an outbox).
    """
    lines: list[Line] = [
        ("energy", *_energy(record)),
        *_components(record),
        ("workload", *_workload(record)),
        ("above idle", *_above_idle(record)),
        ("CO2e", *_carbon(record)),
        ("cost", *_cost(record)),
    ]
    width = min(_WIDEST_VALUE, max(len(value) for _, value, _ in lines)) + 2
    return (
        _plain("vatio", _outcome(record)),
        *(_aligned(line, width) for line in lines),
        _plain("change", change or "no earlier run of this command to compare with"),
        _plain("ledger", head or (f"no head; kept in {recorded_in}" if recorded_in else "not recorded")),
        _plain("next", next_command or _next(record)),
    )


def _plain(label: str, text: str) -> str:
    return fit(f"{label:<{_LABEL}} {clean(text)}", COLUMNS)


def _aligned(line: Line, width: int) -> str:
    label, value, note = line
    if value == NOT_MEASURED and not note:
        note = "no reason was recorded"
    return fit(f"{label:<{_LABEL}} {value + ' ':<{width}}{clean(note)}".rstrip(), COLUMNS)


def _outcome(record: RunRecord) -> str:
    name, length = clean(record.name) or record.id, duration(record.duration_s)
    how = {
        "running": f"is running, {length} so far",
        "finished": f"finished in {length}",
        "failed": f"{_failure(record)} after {length}",
        "interrupted": f"was interrupted; its last sample is at {length}",
    }
    ending = how.get(record.status, f"{record.status}, {length}")
    return f"{fit(name, COLUMNS - _LABEL - 2 - len(ending))} {ending}"


def _failure(record: RunRecord) -> str:
    if record.signal is not None:
        return f"was ended by signal {record.signal}"
    return "failed" if record.exit_code is None else f"failed with code {record.exit_code}"


def _energy(record: RunRecord) -> tuple[str, str]:
    energy = record.energy_j
    if energy.is_missing:
        return NOT_MEASURED, why(energy) or "no sensor and no model; see `vatio doctor`"
    power = mean_power_w(energy, record.duration_s)
    said = [] if power.is_missing else [f"{best(power, 'w')} on average"]
    said += [energy.provenance] if energy.provenance != "measured" else []
    return written(energy, "j"), "; ".join(said)


def _components(record: RunRecord) -> list[Line]:
    """Write one line for each kind of device; what does not fit in three lines is named in the last."""
    lines = [_component(kind, parts) for kind, parts in by_kind(record.components).items()]
    lines += [(f"  {name}", NOT_MEASURED, "no sensor and no model: `vatio doctor`") for name in lacking(record)]
    if len(lines) <= _COMPONENT_LINES:
        return lines
    rest = ", ".join(f"{label.strip()} {value}" for label, value, _ in lines[_COMPONENT_LINES - 1 :])
    return [*lines[: _COMPONENT_LINES - 1], ("  others", rest, "")]


def _component(kind: str, parts: tuple[Component, ...]) -> Line:
    energy = total(part.energy_j for part in parts)
    if energy.is_missing:
        return f"  {kind}", NOT_MEASURED, why(energy)
    devices = f"{len(parts)} devices, " if len(parts) > 1 else ""
    gaps = f"; {', '.join(energy.missing)} missing" if energy.missing else ""
    return f"  {kind}", written(energy, "j"), f"{devices}{_marked(meters(parts), energy)}{gaps}"


def _workload(record: RunRecord) -> tuple[str, str]:
    share = workload_ratio(record)
    if record.workload_energy_j.is_missing:
        return NOT_MEASURED, why(record.workload_energy_j) or "what follows is the whole machine's"
    note = "" if share.is_missing else f"{best(share, 'ratio')} of the machine's energy"
    return written(record.workload_energy_j, "j"), _marked(note, record.workload_energy_j)


def _above_idle(record: RunRecord) -> tuple[str, str]:
    useful = useful_ratio(record)
    if record.above_idle_j.is_missing:
        return NOT_MEASURED, why(record.above_idle_j) or "no idle power: `vatio doctor --baseline`"
    note = "" if useful.is_missing else f"useful fraction {written(useful, 'ratio')}"
    return written(record.above_idle_j, "j"), _marked(note, record.above_idle_j)


def _marked(note: str, energy_j: Quantity) -> str:
    """Add where a number comes from, unless it was measured."""
    return ", ".join(part for part in (note, "" if energy_j.provenance == "measured" else energy_j.provenance) if part)


def _carbon(record: RunRecord) -> tuple[str, str]:
    emissions, intensity = record.emissions_g, record.intensity_g_per_kwh
    if emissions.total.is_missing and emissions.operational.is_missing:
        return NOT_MEASURED, why(emissions.operational) or why(emissions.total)
    shown = emissions.operational if emissions.total.is_missing else emissions.total
    said = []
    if intensity is not None and not intensity.g_per_kwh.is_missing:
        year = f" {intensity.year}" if intensity.year else ""
        zone = "world average" if intensity.zone == "WORLD" else intensity.zone
        said.append(f"{zone}{year} {best(intensity.g_per_kwh, 'g_per_kwh')}{_renewable(record.renewable_ratio)}")
    said.append(_embodied(emissions.embodied, shown))
    if intensity is not None and intensity.g_per_kwh.source and record.renewable_ratio.is_missing:
        said.append(intensity.g_per_kwh.source)
    return written(shown, "g"), ", ".join(said)


def _renewable(share: Quantity) -> str:
    """Say the share beside the intensity; the line has room for it or for the intensity's source."""
    return "" if share.is_missing else f" {100.0 * (share.value or 0.0):.0f} % renewable"


def _embodied(embodied: Quantity, whole: Quantity) -> str:
    share = ratio(embodied, whole)
    return f"embodied {NOT_MEASURED}" if share.is_missing else f"{100.0 * (share.value or 0.0):.0f} % embodied"


def _cost(record: RunRecord) -> tuple[str, str]:
    own = f"vatio itself {plain(float(f'{record.overhead.cpu_s:.2g}'))} CPU-s"
    if record.cost_eur.is_missing:
        return NOT_MEASURED, f"{own}; {why(record.cost_eur) or 'no price_eur_per_kwh'}"
    energy = record.overhead.energy_j
    return written(record.cost_eur, "eur"), own + ("" if energy.is_missing else f", {best(energy, 'j')}")


def _next(record: RunRecord) -> str:
    """Choose the command that tells most: what makes a sensor readable, else what makes idle known, else the report."""
    if record.status == "running":
        return f"vatio runs show {short_id(record.id)} --watch"
    if record.energy_j.provenance != "measured":
        return "vatio doctor   (says what would make more of this measured)"
    if record.above_idle_j.is_missing:
        return "vatio doctor --baseline   (measures what this machine draws idle)"
    return f"vatio report {short_id(record.id)} --html report.html"
