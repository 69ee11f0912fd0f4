"""Made-up grids: the sun, the wind, one that never changes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from vatio.plan.forecast import HourlyHistory

START = datetime(2025, 1, 1, tzinfo=UTC)


def solar(hours: int, *, seed: int = 0) -> np.ndarray:
    """Clean at noon, every day nearly alike."""
    at = np.arange(hours)
    noise = np.random.default_rng(seed).normal(0.0, 8.0, hours)
    return np.maximum(300.0 - 120.0 * np.maximum(np.sin(2.0 * np.pi * (at - 6) / 24), 0.0) + noise, 0.0)


def windy(hours: int, *, seed: int = 0) -> np.ndarray:
    """Weather that comes and goes over days, and a little of the day."""
    shocks = np.random.default_rng(seed).normal(0.0, 12.0, hours)
    level = np.empty(hours)
    held = 0.0
    for at, shock in enumerate(shocks):
        held = 0.97 * held + shock
        level[at] = held
    return np.maximum(250.0 + level + 20.0 * np.sin(2.0 * np.pi * np.arange(hours) / 24), 1.0)


def history(values: np.ndarray, *, zone: str = "XX") -> HourlyHistory:
    """Make a history of an array; NaN is a hole."""
    told = tuple(None if np.isnan(value) else float(value) for value in values)
    return HourlyHistory(zone=zone, start=START, g_per_kwh=told, source="made up")
