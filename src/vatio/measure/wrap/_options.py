"""Run a command and measure it: the engine of ``vatio run`` (CONTRACT.md 4 to 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vatio.measure._spawn import HERE, Place
from vatio.measure.wrap._live import Controller
from vatio.records import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Hold what one ``vatio run`` was asked beside its configuration. ``environ`` is the process's environment.

    ``require`` is a subset of ``measured`` and ``recorded``; ``record_file`` gets the run as JSON when it has ended;
    ``place`` is where the child runs. ``id`` is the run's where it has one already: a plan's; ``plan`` names the plan's entry.
    """

    environ: Mapping[str, str]
    require: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    id: str | None = None
    plan: str | None = None
    record_file: str | None = None
    controllers: tuple[Controller, ...] = ()
    place: Place = HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """Hold how a wrapped run went. ``exit_code`` is the child's own, 128 + n for signal n, or 125, 126, 127.

    ``record`` is ``None`` when there never was a child, or nothing of it could be kept or measured; ``recorded_in`` is the
    ledger's or outbox's path, ``None`` for "not recorded"; ``notes`` are one-line warnings for stderr; ``refused`` says
    why there was no child.
    """

    exit_code: int
    record: RunRecord | None = None
    recorded_in: str | None = None
    head: str | None = None
    notes: tuple[str, ...] = ()
    refused: str | None = None
    hint: str = ""
