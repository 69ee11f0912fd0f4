"""What the file of another tool tells: runs as far as it knows them, and the places that it could not be read at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from vatio.records import Environment, Quantity, RunRecord

NOT_SAID = Quantity.absent("not said", source="the file does not say it")


class Problem(NamedTuple):
    """Name a place of a file (``line 7``) that is not taken in, and why; a ``harmless`` one says nothing that is lost."""

    place: str
    what: str
    harmless: bool = False


class WholeRun(NamedTuple):
    """Hold a run that vatio itself wrote in whole: it keeps its id."""

    place: str
    record: RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Hold the joules that a file gives for one device. ``component``: cpu, dram, gpu, platform or other."""

    component: str
    device: str
    energy_j: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRun:
    """Hold what a file says of one run of another tool; what it does not say is absent, never 0.

    ``tool`` names the tool with its version. ``identity`` is the tool's own name of the run, if it gives one: the same run
    is then known again when the file has grown; else ``said``, the text itself, is what makes it the same. ``parts`` are
    joules of the devices, without PUE; grams and litres are as the file states them.
    """

    place: str
    tool: str
    name: str
    said: str
    identity: str = ""
    project: str | None = None
    stage: str = "other"
    tags: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    duration_s: float | None = None
    parts: tuple[Part, ...] = ()
    operational_g: Quantity = NOT_SAID
    embodied_g: Quantity = NOT_SAID
    water_l: Quantity = NOT_SAID
    intensity_g_per_kwh: Quantity = NOT_SAID
    zone: str = ""
    pue: float | None = None
    work: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    environment: Environment | None = None
    notes: tuple[str, ...] = ()


Item = ForeignRun | WholeRun | Problem
