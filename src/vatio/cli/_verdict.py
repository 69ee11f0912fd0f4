"""What `vatio ledger verify` found, in lines."""

from __future__ import annotations

from vatio.ledger import Verification
from vatio.report import clean


def verdict(found: Verification) -> tuple[str, ...]:
    """Write each finding with its hint, then what was checked."""
    lines = []
    for finding in found.findings:
        lines.append(clean(f"{finding.severity}: {finding.where}: {finding.what}"))
        lines += [f"  hint: {clean(finding.hint)}"] if finding.hint else []
    return (*lines, f"{found.entries} entries checked, {len(found.findings)} findings; head {found.head or 'none'}")
