"""Compose what is known of a run before its workload begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from vatio.errors import UsageError
from vatio.measure._surroundings import Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.measure._meter import Meter
    from vatio.records import Started

STAGES = ("data", "experimentation", "training", "inference", "other")
_LEAST_S, _MOST_S = 0.1, 60.0
# As in the configuration: a name stands in a line of a list.
_LONGEST_NAME = 4096


class Order(NamedTuple):
    """Hold what a run was asked to be; what is ``None`` comes from the configuration."""

    command: tuple[str, ...]
    name: str | None = None
    project: str | None = None
    stage: str | None = None
    tags: Mapping[str, str] = {}
    interval_s: float | None = None
    within: str | None = None
    parents: tuple[str, ...] = ()
    plan: str | None = None


def checked(order: Order) -> Order:
    """Give the order back if it can be carried out.

    Raises:
        UsageError: the interval is not between 0.1 and 60 s, the stage is none of CONTRACT.md's, or a name is no text.
    """
    interval_s, stage = order.interval_s, order.stage
    named = {"name": order.name, "project": order.project, **{f"tag {name!r}": word for name, word in order.tags.items()}}
    for what, text in (*named.items(), *((f"the name of a tag, {name!r},", name) for name in order.tags)):
        if text is not None and not isinstance(text, str):
            raise UsageError(f"{what} is {text!r}, not text", hint=f'write "{text}"')
        if text is not None and len(text) > _LONGEST_NAME:
            raise UsageError(f"{what[:40]} has {len(text)} characters", hint=f"{_LONGEST_NAME} are enough for a name")
        if what.startswith("tag ") and text is None:
            raise UsageError(f"{what} has no word", hint="leave it out")
    if interval_s is not None and not isinstance(interval_s, (int, float)):
        raise UsageError(f"an interval of {interval_s!r}", hint="give seconds, as a number")
    if interval_s is not None and not _LEAST_S <= interval_s <= _MOST_S:
        raise UsageError(f"an interval of {interval_s} s", hint=f"choose {_LEAST_S:g} to {_MOST_S:g} s")
    if stage is not None and stage not in STAGES:
        raise UsageError(f"stage {stage!r}", hint=f"use one of {', '.join(STAGES)}")
    return order


def compose(order: Order, config: Config, around: Surroundings, meters: Sequence[Meter], *, id: str, start_s: float) -> Started:
    """Make the record of a run that is about to start at ``start_s`` of CLOCK_MONOTONIC. The command is redacted already."""
    from datetime import UTC, datetime

    from vatio.records import Started

    project = _text(order.project or config.project.name or _last_part(config.root))
    job = around.job
    return Started(
        id=id,
        name=_text(order.name or config.workload.name or _name(order.command)),
        project=project,
        series=series_of(project, order.command, around, meters),
        command=order.command,
        stage=order.stage or config.workload.stage,
        started_at=datetime.now(UTC),
        start_monotonic_s=start_s,
        boot=around.boot,
        host=around.host,
        interval_s=order.interval_s or config.meters.interval_s,
        job=None if job is None else _text(job.key),
        rank=0 if job is None else job.rank,
        ranks_expected=None if job is None else job.ranks_expected,
        tags={_text(name): _text(word) for name, word in {**config.workload.tags, **order.tags}.items()},
        within=None if order.within is None else _text(order.within),
        parents=order.parents,
        plan=order.plan,
    )


def series_of(project: str, command: Sequence[str], around: Surroundings, meters: Sequence[Meter]) -> str:
    """Give the digest of "the same command": project, redacted command, host, CPUs granted and meters (CONTRACT.md 2)."""
    from vatio.digest import sha256

    channels = [
        f"{channel.name} {channel.meter} {channel.part_of or ''}"
        for meter in meters
        for channel in meter.channels
        if channel.component
    ]
    parts = [project, *command, "", around.host, around.cpu_model, f"{around.cpus_granted or around.cpus:g}", "", *channels]
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _text(text: str) -> str:
    """Write what is no text in a name as escapes: the ledger's columns hold text. Arguments keep their very bytes.

    >>> _text("caf\\udce9")
    'caf\\\\udce9'
    """
    return text.encode("utf-8", "backslashreplace").decode()


def _name(command: Sequence[str]) -> str:
    """Name a run after its script or module, else its program.

    >>> _name(("/usr/bin/python3", "-u", "train.py", "--epochs", "3"))
    'train.py'
    """
    after = [word for word in command[1:] if not word.startswith("-")]
    script = after[0] if after and _last_part(command[0]).startswith("python") else command[0] if command else "run"
    return _last_part(script) or "run"


def _last_part(path: str) -> str:
    return path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
