"""Say in one sentence why a verdict is what it is."""

from __future__ import annotations

from vatio.analysis import Control
from vatio.records import Verdict


def reason_of(verdict: Verdict, noise: Control | None) -> str:
    """Give the reason of an outcome, in the order in which it was decided.

    The words of the figures themselves are for whoever renders the verdict.
    """
    failed = [row.metric for row in verdict.quality if row.outcome == "fail"]
    if verdict.outcome == "fail":
        return _failed(verdict, failed)
    if verdict.outcome == "pass":
        return "the change is certainly below what is allowed and the resolution"
    if noise is not None and noise.is_too_noisy:
        return "this machine is too noisy to let anything pass"
    open_ = [row.metric for row in verdict.quality if row.outcome == "inconclusive"]
    if open_:
        return f"what was lost of {', '.join(open_)} is not certain"
    high = verdict.change_ratio.high
    if high is None:
        return "so few pairs have no interval"
    if high <= verdict.allowed_ratio + verdict.resolution_ratio:
        return "the interval of the change is wider than a pass may be"
    return "the interval of the change reaches from what is allowed to beyond the resolution"


def _failed(verdict: Verdict, failed: list[str]) -> str:
    low = verdict.change_ratio.low
    costs_more = low is not None and low > verdict.allowed_ratio
    said = ["the change is certainly above what is allowed"] if costs_more or not failed else []
    said += [f"more of {', '.join(failed)} is lost than is allowed"] if failed else []
    return ", and ".join(said)
