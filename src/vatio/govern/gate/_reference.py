"""Read what `--against` names (CONTRACT.md 6)."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.errors import UsageError

FORMS = ("git", "baseline", "run", "lock", "cmd")
_HINT = "write git:REF, baseline:NAME, run:ID, lock:FILE or cmd:COMMAND; a bare word is a git ref, else a baseline"
_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Hold what a candidate is compared with: ``form`` is one of ``FORMS``, or empty for a bare word."""

    form: str
    text: str

    def __str__(self) -> str:
        return f"{self.form}:{self.text}" if self.form else self.text


def parse_reference(text: str) -> Reference:
    """Read a reference.

    >>> parse_reference("git:v1.2"), parse_reference("main").form
    (Reference(form='git', text='v1.2'), '')

    Raises:
        UsageError: it is empty, cannot be printed, or begins as an option does.
    """
    form, colon, rest = text.partition(":")
    found = Reference(form=form, text=rest.strip()) if colon and form in FORMS else Reference(form="", text=text.strip())
    if not found.text or not found.text.isprintable() or len(found.text) > _LONGEST:
        raise UsageError(f"{text!r:.80} names no baseline", hint=_HINT)
    # git itself would take it for an option; no ref begins so (git-check-ref-format).
    if found.text.startswith("-") and found.form not in ("cmd", "lock"):
        raise UsageError(f"{text!r:.80} names no baseline: it begins with '-'", hint=_HINT)
    return found
