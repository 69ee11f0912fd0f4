"""Replay a run and judge it: the whole way from a record to a verdict."""

from __future__ import annotations

from collections.abc import Callable

from vatio.config import Config
from vatio.govern.reproduce._request import ReproduceRequest
from vatio.records import Replay

Progress = Callable[[str], None]


def reproduce(request: ReproduceRequest, *, config: Config, progress: Progress = lambda line: None) -> Replay:
    """Replay what was asked for in a scratch copy, and say how far both agree.

    Raises:
        UnknownName: there is no such run.
    """
    return Replay(
        outcome="impossible", tier=None, required=request.tier, diverged=(), missing=("the replay itself",), energy=None,
        original=request.run, replay=None, attestation=None,
    )  # fmt: skip
