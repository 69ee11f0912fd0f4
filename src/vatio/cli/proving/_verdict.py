"""What `vatio ledger verify` found, in lines and as JSON."""

from __future__ import annotations

from typing import Any

from vatio.ledger import Verification
from vatio.report import clean


def verdict(found: Verification) -> tuple[str, ...]:
    """Write each finding with its hint, then what was checked."""
    lines = []
    for finding in found.findings:
        lines.append(clean(f"{finding.severity}: {finding.where}: {finding.what}"))
        lines += [f"  hint: {clean(finding.hint)}"] if finding.hint else []
    after = "" if found.after_head is None else f", {found.after_head} of them after the head that was asked for"
    signed = "signed" if found.is_signed else "not signed"
    counted = f"{found.entries} entries checked{after}; {len(found.findings) or 'no'} findings; {signed}"
    return (*lines, counted, f"head {found.head.hash if found.head else 'none'}")


def verdict_json(found: Verification) -> dict[str, Any]:
    """Give ``vatio.verification/1``."""
    return {
        "schema": "vatio.verification/1",
        "holds": found.holds,
        "entries": found.entries,
        "after_head": found.after_head,
        "head": found.head.hash if found.head else None,
        "is_signed": found.is_signed,
        "findings": found.findings,
    }
