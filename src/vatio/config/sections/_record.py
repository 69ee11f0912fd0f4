"""What is kept of a run's surroundings."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConfig:
    """Say how much of a run's surroundings is kept. Secrets are redacted and names are pseudonyms unless revealed here."""

    environment: str = setting(
        "word",
        "Snapshot of code, packages, hardware and files: full or off.",
        default="full",
        choices=("full", "off"),
        example='"off"',
    )
    code: str = setting(
        "word",
        "Of uncommitted code keep a local copy (up to 1 MiB), so that the run can be replayed, or only its digest.",
        default="copy",
        choices=("copy", "digest"),
        example='"digest"',
    )
    variables: tuple[str, ...] = setting(
        "texts",
        "Environment variables whose values are kept, beside the known ones.",
        default=(),
        example='["OMP_NUM_THREADS"]',
    )
    reveal: tuple[str, ...] = setting(
        "words",
        "Names to write as they are instead of as pseudonyms.",
        default=(),
        choices=("user", "host"),
        example='["host"]',
    )
