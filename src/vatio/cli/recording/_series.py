"""A run against the earlier ones of its series, in one line."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger import Ledger
    from vatio.records import RunRecord


def series_text(ledger: Ledger, record: RunRecord) -> str | None:
    """Say how a finished run changed against earlier runs of the same command; ``None`` where there is none."""
    energy_j = record.own_energy_j
    if record.status != "finished" or not energy_j.value or energy_j.value <= 0.0:
        return None
    earlier_j = ledger.earlier_j(record)
    if not earlier_j:
        return None
    from vatio.analysis import FEWEST_FOR_SIGNIFICANCE, change

    found = change(energy_j.value, earlier_j)
    runs = f"{found.earlier} run{'s' if found.earlier > 1 else ''}"
    against = f"{(found.ratio.value or 0.0) * 100:+.1f} % against {runs}"
    if found.significant is None:
        few = found.earlier < FEWEST_FOR_SIGNIFICANCE
        return f"{against} ({f'tested from {FEWEST_FOR_SIGNIFICANCE} earlier runs on' if few else 'which do not differ'})"
    verdict = "significant" if found.significant else "not significant"
    # The test's short name: a receipt is 80 columns wide.
    return f"{against}, {verdict} ({found.test.partition(' on ')[0]}, p={found.p:.2g})"
