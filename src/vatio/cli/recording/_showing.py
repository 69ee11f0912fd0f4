"""One run on the terminal: its receipt, then its phases, accounts, gaps and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from vatio.cli._rim import Rim
from vatio.cli._terminal import plain_table, put_json, put_lines
from vatio.records import to_json
from vatio.report import amount, clean, duration, receipt, told

# Types only: a sealed run is shown without its record's classes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Ledger
    from vatio.records import PlanOutcome, Quantity, RunRecord


def show_run(rim: Rim, *, run: str, watch: bool, sci: str | None, as_json: bool) -> None:
    """Show one run, or follow it until it ends."""
    from vatio.cli.recording._series import series_text

    with rim.ledger() as ledger:
        if watch:
            from vatio.cli.recording._watching import watched

            record = watched(ledger, run, rim, as_json=as_json)
        else:
            record = cast("RunRecord", ledger.overview.seen(run))
        accounts = ledger.overview.footprints(record.id) if len(record.footprints) > 1 else ()
        change = None if as_json else series_text(ledger, record)
        head = ledger.overview.head_hash()
        plan = _plan_lines(ledger, record.id) if record.plan and not as_json else ()
    score = None if sci is None else _score(record, sci)
    if as_json:
        known = record.to_json() if hasattr(record, "to_json") else to_json(record)
        more = {} if score is None else {"sci": {"unit": sci, "g_per_unit": to_json(score)}}
        put_json({**known, **more}, indent=None if watch else 2)
    else:
        put_lines((*shown(record, change=change, head=head), *plan, *account_lines(accounts)))
        put_lines([] if score is None else [f"{'SCI':<10} {told(score, 'g')} for each of {clean(sci or '')} (ISO/IEC 21031)"])


def _plan_lines(ledger: Ledger, run: str) -> tuple[str, ...]:
    """Say what the plan of a run promised, and how that turned out."""
    from vatio.plan.outcome import outcome_lines

    told = [said.payload for said in ledger.said("plan") if said.run == run]
    found = _outcome_in(told)
    if found is not None:
        return ("", *outcome_lines(found))
    return ("", f"{'plan':<10} {clean(str(told[-1].get('decided_by', '')))}") if told else ()


def plan_outcome(ledger: Ledger, run: str) -> PlanOutcome | None:
    """Give how the plan of a run turned out, where it had one and that is known."""
    return _outcome_in([said.payload for said in ledger.said("plan") if said.run == run])


def _outcome_in(told: Sequence[Mapping[str, Any]]) -> PlanOutcome | None:
    from vatio.records import PlanOutcome, from_json

    found = next((plan["outcome"] for plan in reversed(told) if "outcome" in plan), None)
    return None if found is None else from_json(PlanOutcome, found)


def _score(record: RunRecord, unit: str) -> Quantity:
    from vatio.account import sci_of

    return sci_of(record, unit)


def shown(record: RunRecord, *, change: str | None = None, head: str | None = None) -> tuple[str, ...]:
    """Write all of a run that fits a terminal."""
    next_command = f"vatio report {record.id} --html report.html"
    return (
        *receipt(record, change=change, head=head, next_command=next_command),
        *_about(record),
        *_phases(record),
        *_notes(record),
    )


def _about(record: RunRecord) -> Iterator[str]:
    yield f"{'run':<10} {record.id}"
    yield f"{'started':<10} {record.started_at.astimezone().isoformat(sep=' ', timespec='seconds')}"
    yield f"{'command':<10} {clean(' '.join(record.command))}"
    tags = [f"{name}={value}" for name, value in record.tags.items()]
    yield f"{'project':<10} {clean(', '.join([record.project, record.stage, *tags]))}"
    if record.within:
        yield f"{'within':<10} {record.within}"


def _phases(record: RunRecord) -> Iterator[str]:
    if not record.phases:
        return
    rows = [(clean(phase.name), duration(phase.duration_s), told(phase.energy_j, "j")) for phase in record.phases]
    yield from ("", *plain_table(("phase", "lasted", "energy"), rows, right=(1, 2)))


def _notes(record: RunRecord) -> Iterator[str]:
    notes = [f"gap from {gap.start_s:.1f} s to {gap.end_s:.1f} s: {gap.reason}" for gap in record.gaps]
    if notes or record.notes:
        yield ""
    yield from (clean(note) for note in (*notes, *record.notes))


def account_lines(accounts: Sequence[Any]) -> Iterator[str]:
    """Write every account of a run, the earliest first; the last one counts."""
    if not accounts:
        return
    rows = [_account(account) for account in accounts]
    head = ("accounted", "zone", "g/kWh", "PUE", "g CO2e", "market-based", "embodied", "L", "EUR")
    yield from ("", *plain_table(head, rows, right=(2, 3, 4, 5, 6, 7, 8)), "the last account counts")


def _account(account: Any) -> tuple[str, ...]:
    grams, intensity = account.emissions_g, account.intensity_g_per_kwh
    figures = (
        (None if intensity is None else intensity.g_per_kwh, "g_per_kwh", "g/kWh"),
        (account.pue, "ratio", ""),
        *((figure, "g", "g") for figure in (grams.total, grams.operational_market, grams.embodied)),
        (account.water_l, "l", "L"),
        (account.cost_eur, "eur", "EUR"),
    )
    zone = "-" if intensity is None else clean(intensity.zone)
    cells = ("-" if figure is None else amount(figure, unit, scale) for figure, unit, scale in figures)
    return (account.accounted_at.astimezone().strftime("%Y-%m-%d %H:%M"), zone, *cells)
