"""The whole error tree. Every error says what happened; its ``hint`` says what to do.

VatioError
├── UsageError              bad use of a command or function (exit 2)
│   ├── ConfigError         a wrong key, value or unit in a configuration file
│   ├── InvalidQuantity     a number that cannot be: NaN, low above high, a missing value that is there
│   ├── InvalidRecord       a record, spool or payload whose fields do not fit its schema
│   ├── InvalidLock         a lock file that is broken, or locks less than it must
│   ├── UnknownName         a zone, device, run, key, plugin that is not there; names the nearest
│   └── MissingExtra        an optional library is not installed
├── Refused                 a run that must not start (exit 125)
├── MeasureError            could not measure, decide or check (exit 3)
│   ├── MeterAbsent         this machine has no such sensor
│   ├── MeterDenied         the sensor is there and may not be read
│   ├── NotApplicable       a technique that cannot do this to this model; the search goes on without it
│   ├── ArtefactRefused     an optimised model that is not what was written, or answers otherwise here
│   ├── BundleRefused       a bundle whose bytes do not hold, or are not a bundle's: nothing of it is used
│   └── EnvironmentFailed   an environment that could not be built as its lock has it
└── LedgerError             the record could not be kept or read (exit 3)
    ├── LedgerUnavailable   locked, full, read-only or on a network file system: the outbox takes over
    └── LedgerDamaged       an entry, payload or chunk that does not verify
"""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 200


class VatioError(Exception):
    """Say what happened; ``hint`` says what to do; ``exit_code`` is what the command line returns."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(VatioError):
    """Report bad use: an option, argument or call that cannot mean anything."""

    exit_code = 2


class ConfigError(UsageError):
    """Report a wrong key, value or unit in a configuration file, with its file and line."""


class InvalidQuantity(UsageError):
    """Report a number that cannot be: not finite, out of order, or missing and present at once."""


class InvalidRecord(UsageError):
    """Report a record whose fields do not fit its schema."""


class InvalidLock(UsageError):
    """Report a lock file that is broken or locks less than it must, with the line or the package."""


class UnknownName(UsageError):
    """Report a name that is not in a table, and the nearest ones that are."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> UnknownName:
        """Build the error for ``name`` that is not among ``known``.

        >>> UnknownName.among("zone", "EZ", ["ES", "FR"]).hint
        'did you mean ES?'
        """
        import difflib  # here: it costs 5 ms that only a mistake should pay

        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else ""
        return cls(f"unknown {what} {name!r}", hint=hint)


class MissingExtra(UsageError):
    """Report an optional library that is not installed, and the extra that brings it."""


class Refused(VatioError):
    """Refuse to start a run: nothing of the workload has been started."""

    exit_code = 125


class MeasureError(VatioError):
    """Report that something could not be measured, decided or checked."""


class MeterAbsent(MeasureError):
    """Report that this machine has no such sensor."""


class MeterDenied(MeasureError):
    """Report a sensor that is there and may not be read; the hint is the line that makes it readable."""


class NotApplicable(MeasureError):
    """Report that a technique cannot do this to this form of a model, and why; the search goes on without it."""


class ArtefactRefused(MeasureError):
    """Refuse an optimised model whose files are not those that were written, or that answers otherwise on this machine."""


class BundleRefused(MeasureError):
    """Refuse a bundle whose bytes do not hold or are not a bundle's: nothing of it has been used."""


class EnvironmentFailed(MeasureError):
    """Report an environment that could not be built as its lock has it."""


class LedgerError(VatioError):
    """Report that the ledger could not be written or read."""


class LedgerUnavailable(LedgerError):
    """Report a ledger that cannot be written at once: locked, full, read-only, on a network file system."""


class LedgerDamaged(LedgerError):
    """Report stored bytes that do not verify."""


def first_line(error: BaseException) -> str:
    """Give the first line of what an error of another library says, shortened, or its kind where it says nothing.

    >>> first_line(ValueError("no such axis\\nin line 3")), first_line(KeyError())
    ('no such axis', 'KeyError')
    """
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
