"""Verdicts for the tests and the pictures: one of each outcome, and one whose every text attacks."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.report._examples import ATTACK

from vatio.records import HistoryShift, Interval, PackageChange, QualityRow, Quantity, TestResult, Verdict

RUN = "019a9f7a-0000-7c09-8f11-0d6e2b7a9c55"


def ratios(change_ratio: float, *, pairs: int = 20, spread_ratio: float = 0.04, seed: int = 7) -> tuple[float, ...]:
    """Draw the ratios of some pairs around a true change."""
    dice = random.Random(seed)
    return tuple(1.0 + change_ratio + dice.gauss(0.0, spread_ratio) for _ in range(pairs))


def failed() -> Verdict:
    """Build the verdict of ``ratios(0.05)``: its whole interval is above what is allowed."""
    return Verdict(
        outcome="fail",
        change_ratio=Interval(value=0.04418, low=0.02440, high=0.06385),
        allowed_ratio=0.0,
        resolution_ratio=0.05,
        mde_ratio=0.0287,
        pairs=20,
        more_pairs=0,
        unit="cpu_s",
        baseline="git:main (4f2c9e1)",
        candidate="working tree",
        tests={
            "welch": TestResult(name="welch", statistic=4.21, p=0.00012),
            "mann-whitney": TestResult(name="mann-whitney", statistic=301.0, p=0.0009),
        },
        run=RUN,
        test="sign-flip",
        p=0.00012,
        level=0.0123,
        baseline_value=4.02,
        candidate_value=4.2,
        noise_ratio=0.031,
        branch="main",
    )


def passed() -> Verdict:
    """Build a verdict that rules a regression out, measured in joules for each sample, its quality watched."""
    return replace(
        failed(),
        outcome="pass",
        change_ratio=Interval(value=0.0062, low=-0.0114, high=0.0241),
        unit="J",
        per="sample",
        energy_j=Quantity.around(5120.0, 4900.0, 5340.0, provenance="measured"),
        quality=(
            QualityRow(metric="accuracy", change=Interval(value=0.001, low=-0.002, high=0.004), outcome="pass", max_loss=0.005),
        ),
        p=0.31,
        baseline_value=0.0121,
        candidate_value=0.0122,
    )


def undecided() -> Verdict:
    """Build a verdict that its interval leaves open."""
    return replace(
        failed(),
        outcome="inconclusive",
        change_ratio=Interval(value=0.021, low=-0.024, high=0.069),
        pairs=10,
        more_pairs=24,
        mde_ratio=0.083,
        p=0.4,
    )


def unmeasured() -> Verdict:
    """Build a verdict that has no pair and no interval."""
    return replace(
        undecided(),
        change_ratio=Interval(value=0.0, low=None, high=None),
        pairs=0,
        more_pairs=None,
        mde_ratio=None,
        p=None,
        notes=("the candidate failed: exit code 3",),
    )


def lost_quality() -> Verdict:
    """Build a verdict that fails by its metric although it costs less."""
    row = QualityRow(metric="accuracy", change=Interval(value=-0.031, low=-0.038, high=-0.024), outcome="fail", max_loss=0.005)
    return replace(passed(), outcome="fail", quality=(row,))


def upgrade() -> Verdict:
    """Build the verdict of a dependency upgrade whose history has shifted."""
    return replace(
        passed(),
        advice="approve",
        packages=(
            PackageChange(name="numpy", baseline="2.1.0", candidate="2.2.0"),
            PackageChange(name="new", baseline=None, candidate="1"),
        ),
        shift=HistoryShift(since="2026-10-30", change_ratio=0.083, p=0.004, verdicts=24),
    )


def hostile() -> Verdict:
    """Build a verdict whose every text attacks a page, a comment, XML or a terminal."""
    text = ATTACK + "\x00\x0b\ufffe ]]> | `x` [a](javascript:0) </details> ```\n# h1 @all #1 <!-- --> ${{ github.token }}"
    return replace(
        failed(),
        baseline=text,
        candidate=text,
        per=text,
        test=text,
        notes=(text, text),
        branch=text,
        run=text,
        advice=text,
        quality=(QualityRow(metric=text, change=Interval(value=-0.1, low=-0.2, high=None), outcome="fail"),),
        tests={text: TestResult(name=text, statistic=1.0, p=0.5)},
        packages=(PackageChange(name=text, baseline=text, candidate=None),),
        shift=HistoryShift(since=text, change_ratio=0.1, p=0.01, verdicts=9),
    )
