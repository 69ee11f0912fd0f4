"""The policies by name, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable

from vatio.plan.simulate._planned import run_foreseeing, run_oracle
from vatio.plan.simulate._simple import Ran, run_and_pause, run_below, run_now

# Name -> how it runs jobs, and what it does in a few words.
POLICIES: dict[str, tuple[Callable[..., Ran], str]] = {
    "run-now": (run_now, "starts when it arrives"),
    "threshold": (run_below, "waits for an hour in the lowest 30 % of the last week, then runs through"),
    "suspend-resume": (run_and_pause, "runs in such hours only, until its slack is used up"),
    "vatio": (run_foreseeing, "plans on the forecast of its arrival, at once where no gain is to be trusted"),
    "oracle": (run_oracle, "plans on what then came"),
}
