"""Make two arms of the candidate alone: where there is no baseline yet, or only its repetitions were kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from vatio.errors import MeasureError
from vatio.govern.gate.arms._repository import Repository
from vatio.govern.gate.arms._side import BASELINE, Side, Sides
from vatio.govern.gate.arms._trees import Work, candidate_side
from vatio.govern.gate.arms._worktree import scratch


@contextmanager
def sides_of_itself(work: Work, *, label: str = "the candidate itself") -> Iterator[Sides]:
    """Set the candidate up and give it as both arms.

    Raises:
        MeasureError: its setup failed.
    """
    try:
        root: str | None = Repository(work.folder, work.environ).root
    except MeasureError:
        root = None  # without git there is a folder all the same
    side = candidate_side(work, root or work.folder)
    with scratch(work.environ) as folder:
        again = Side(arm=replace(side.arm, name=BASELINE), label=label, prefix=side.prefix)
        yield Sides(baseline=again, candidate=side, folder=folder)
