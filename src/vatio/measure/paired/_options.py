"""What one paired measurement is asked beside its arms, its design and its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedOptions:
    """Hold what a comparison is asked. ``environ`` is the process's environment, which the commands get.

    ``name``, ``stage`` and ``tags`` are those of the comparison's run; ``within`` is the run around it, ``parents`` what
    it comes from. ``resume`` names the comparison's run to go on with. ``outputs`` is a folder that gets what the commands
    print, one file a repetition; without it that is discarded.
    """

    environ: Mapping[str, str]
    name: str = "comparison"
    stage: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    within: str | None = None
    parents: tuple[str, ...] = ()
    resume: str | None = None
    outputs: str | None = None
