"""Write a verdict as SARIF 2.1.0, which code scanning shows beside the code (OASIS, 2020-03-27)."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from vatio import __version__
from vatio.records import QualityRow, Verdict, to_json
from vatio.report._format import clean
from vatio.report._words import Words
from vatio.report.verdict._say import by_interval, quality, reasons, sentence
from vatio.report.verdict._words import words as words_of

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {
    "energy-regression": ("error", "The candidate costs more than is allowed, and the interval rules out that it does not."),
    "quality-loss": ("error", "A metric lost more than it may."),
    "not-decided": ("warning", "The runs measured so far decide neither way."),
    "gate-failed": ("error", "The comparison failed for a reason that its notes give."),
}


def to_sarif(verdict: Verdict, *, where: str = "vatio.toml", language: str = "en") -> str:
    """Write one SARIF log: a result for each finding and none for a pass.

    ``where`` is the file, relative to the repository, at which the finding is shown: the one that sets the gate. A pass has
    no result of kind "pass", because code scanning would show it as an open alert; its figures are in the run's properties.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    rules = [
        {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}
        for name, (level, text) in _RULES.items()
    ]
    driver = {"name": "vatio gate", "semanticVersion": _semantic(__version__), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": verdict.outcome != "inconclusive"}],
        "results": [_result(name, text, verdict, where) for name, text in _findings(verdict, said)],
        "properties": {"verdict": _clean(to_json(verdict))},
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _findings(verdict: Verdict, words: Words) -> list[tuple[str, str]]:
    if verdict.outcome == "pass":
        return []
    lost = [row for row in verdict.quality if row.outcome == "fail"]
    found = [("quality-loss", _quality(row, words)) for row in lost]
    notes = (f"{note[:1].upper()}{note[1:].rstrip('.')}." for note in verdict.notes if note)
    text = " ".join([sentence(verdict, words), *reasons(verdict, words), *notes])
    if verdict.outcome == "inconclusive":
        return [*found, ("not-decided", text)]
    if by_interval(verdict) == "fail":
        return [("energy-regression", text), *found]
    return found or [("gate-failed", text)]


def _result(rule: str, text: str, verdict: Verdict, where: str) -> dict[str, Any]:
    # The same gate over the same command is the same alert, whatever the figures of today. A candidate's name has its commit.
    what = verdict.series or verdict.candidate
    same = hashlib.sha256(f"{rule}\0{what}\0{verdict.unit}\0{verdict.per}".encode("utf-8", "replace")).hexdigest()
    uri = quote(clean(where).lstrip("/"))
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": _RULES[rule][0],
        "message": {"text": clean(text)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}],
        "partialFingerprints": {"vatioGate/v1": same},
    }


def _quality(row: QualityRow, words: Words) -> str:
    return f"{quality(row, words)} ({words.say('quality_loss')}: {words.count(row.max_loss)})"


def _semantic(version: str) -> str:
    """Write a version as SemVer does: a development or local part becomes a pre-release."""
    digits = version.replace("+", ".").split(".")
    whole = [part for part in digits if part.isdigit()][:3]
    rest = ".".join(part for part in digits[len(whole) :] if part)
    return ".".join([*whole, *["0"] * (3 - len(whole))]) + (f"-{rest}" if rest else "")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _clean(item) for name, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value
