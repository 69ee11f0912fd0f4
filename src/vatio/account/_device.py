"""Add the claims on one device of one boot: its idle joules once, and never more than its own counter (CONTRACT.md 5)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from vatio.account._claim import Claim
from vatio.records import PROVENANCES, Quantity

# Reading the counter and the clock is not one act: a joined counter may lie this far outside the span that should hold it.
_SLACK_RATIO = 0.05


class Shared(NamedTuple):
    """Hold what a stretch of overlapping claims comes to: the device's joules, and the part of each claim that is kept."""

    device_j: Quantity
    kept: dict[str, float]


def clusters(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Part the claims on one device into stretches of time that do not touch one another."""
    together: list[Claim] = []
    end_s = -math.inf
    for claim in sorted(claims, key=lambda claim: claim.order):
        if together and claim.span.start_s > end_s:
            yield together
            together = []
        together.append(claim)
        end_s = max(end_s, claim.span.end_s)
    if together:
        yield together


def share_of_device(cluster: Sequence[Claim]) -> Shared:
    """Take off idle that several runs claimed at one time, then whatever still passes the device's own joules."""
    known = [claim for claim in cluster if claim.claimed_j.value is not None and claim.whole_j.value is not None]
    unknown = {claim.run: 1.0 for claim in cluster}
    if not known:
        return Shared(Quantity.absent(*sorted({name for claim in cluster for name in claim.claimed_j.missing})), unknown)
    device_j = _device_j(known)
    off_j = _idle_twice_j(known)
    left_j = {claim.run: max(0.0, (claim.claimed_j.value or 0.0) - off_j[claim.run]) for claim in known}
    attributed_j = math.fsum(left_j.values())
    fitting = min(1.0, device_j / attributed_j) if attributed_j > 0.0 else 1.0
    kept = {claim.run: left_j[claim.run] * fitting / claim.claimed_j.value if claim.claimed_j.value else 1.0 for claim in known}
    return Shared(_like(device_j, known), {**unknown, **kept})


def _idle_twice_j(claims: Sequence[Claim]) -> dict[str, float]:
    """Give each claim's part of the idle joules that were claimed more than once, in proportion to what it claimed."""
    off: dict[str, list[float]] = {claim.run: [] for claim in claims}
    for seconds, active in _segments(claims):
        claimed_w = [claim.idle_w * claim.idle_share for claim in active]
        whole_w = math.fsum(claimed_w)
        twice_w = whole_w - max(claim.idle_w for claim in active)
        if twice_w > 0.0:
            for claim, own_w in zip(active, claimed_w, strict=True):
                off[claim.run].append(seconds * twice_w * own_w / whole_w)
    return {run: math.fsum(parts) for run, parts in off.items()}


def _device_j(claims: Sequence[Claim]) -> float:
    """Give what the device drew over a stretch: by its counter, else by the mean power of the runs that saw each moment."""
    if len(claims) == 1 and claims[0].counter_j is None:
        return claims[0].whole_j.value or 0.0
    joined_j = _joined_j(claims)
    return _swept_j(claims) if joined_j is None else joined_j


def _joined_j(claims: Sequence[Claim]) -> float | None:
    """Lay the runs' counters on one axis, wraps undone; ``None`` where one has no counter or does not fit."""
    under_way: list[tuple[Claim, float, float]] = []
    least_j, most_j = math.inf, -math.inf
    for claim in sorted(claims, key=lambda claim: claim.order):
        if claim.counter_j is None:
            return None
        low_j, high_j = claim.counter_j
        under_way = [known for known in under_way if known[0].span.end_s >= claim.span.start_s]
        shift_j = _shift_j(claim, low_j, under_way) if under_way else 0.0
        if shift_j is None:
            return None
        under_way.append((claim, low_j + shift_j, high_j + shift_j))
        least_j, most_j = min(least_j, low_j + shift_j), max(most_j, high_j + shift_j)
    return most_j - least_j


def _shift_j(claim: Claim, low_j: float, under_way: Sequence[tuple[Claim, float, float]]) -> float | None:
    """Give the whole number of ranges that puts a run's first reading between the readings of one that was under way."""
    anchor, first_j, last_j = min(under_way, key=lambda known: known[0].span.duration_s)
    expected_j = _expected_j(claim, anchor, first_j, last_j)
    shift_j = round((expected_j - low_j) / claim.range_j) * claim.range_j if claim.range_j else 0.0
    slack_j = _SLACK_RATIO * (last_j - first_j)
    return shift_j if first_j - slack_j <= low_j + shift_j <= last_j + slack_j else None


def _expected_j(claim: Claim, anchor: Claim, first_j: float, last_j: float) -> float:
    """Guess the counter at a run's begin from the mean power of the run under way, and from its own where it outlasts it."""
    if not anchor.span.duration_s or not claim.span.duration_s or claim.counter_j is None:
        return first_j
    passed = (claim.span.start_s - anchor.span.start_s) / anchor.span.duration_s
    by_anchor_j = first_j + passed * (last_j - first_j)
    if claim.span.end_s <= anchor.span.end_s:
        return by_anchor_j
    common = claim.span.overlap_s(anchor.span) / claim.span.duration_s
    return (by_anchor_j + last_j - common * (claim.counter_j[1] - claim.counter_j[0])) / 2.0


def _swept_j(claims: Sequence[Claim]) -> float:
    def mean_w(active: Sequence[Claim]) -> float:
        return math.fsum((claim.whole_j.value or 0.0) / _counted_s(claim) for claim in active) / len(active)

    swept_j = math.fsum(seconds * mean_w(active) for seconds, active in _segments(claims))
    return swept_j + math.fsum(claim.whole_j.value or 0.0 for claim in claims if not _counted_s(claim))


def _counted_s(claim: Claim) -> float:
    return math.fsum(piece.duration_s for piece in claim.pieces)


def _segments(claims: Sequence[Claim]) -> Iterator[tuple[float, list[Claim]]]:
    """Cut time where a claim begins or ends to count: seconds, and the claims that count there."""
    edges = sorted(
        (edge, begins, at)
        for at, claim in enumerate(claims)
        for piece in claim.pieces
        if piece.duration_s
        for edge, begins in ((piece.start_s, True), (piece.end_s, False))
    )
    active: dict[int, Claim] = {}
    since_s = -math.inf
    for edge_s, begins, at in edges:
        if active and edge_s > since_s:
            yield edge_s - since_s, list(active.values())
        since_s = edge_s
        if begins:
            active[at] = claims[at]
        else:
            del active[at]


def _like(value_j: float, claims: Sequence[Claim]) -> Quantity:
    """Give the device's joules the relative interval and provenance of the worst claim on it."""
    own = [claim.whole_j for claim in claims if claim.whole_j.value]
    low = min(((part.low or 0.0) / (part.value or 1.0) for part in own), default=1.0)
    unbounded = any(part.high is None for part in own)
    high = max(((part.high or 0.0) / (part.value or 1.0) for part in own), default=1.0)
    worst = max((claim.whole_j.provenance for claim in claims), key=PROVENANCES.index)
    return Quantity(
        value=value_j,
        low=min(value_j, value_j * low),
        high=None if unbounded else max(value_j, value_j * high),
        provenance=worst,
        source=claims[0].whole_j.source,
        missing=tuple(sorted({name for part in own for name in part.missing})),
    )
