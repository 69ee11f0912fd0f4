"""An interval holds its level over time, whatever the errors are."""

from __future__ import annotations

import numpy as np
import pytest

from vatio.plan.forecast import bands, missed

HOURS = np.arange(1, 25)


def covered(errors: np.ndarray, *, level: float) -> float:
    """Hold every hour against the ends that were told for it when it was foretold."""
    inside = []
    for now, band in bands(errors, hours=HOURS, first=0, level=level):
        for origin in range(now, now + 24):
            rows = origin + HOURS
            if band is None or now < 480 or rows[-1] >= len(errors):
                continue
            low, high = band.ends(np.full((1, len(HOURS)), 1e6), np.array([origin]), HOURS)
            came = 1e6 + errors[rows, np.arange(len(HOURS))]
            inside.append((low[0] <= came) & (came <= high[0]))
    return float(np.mean(inside))


def scales(kind: str, count: int) -> np.ndarray:
    at = np.arange(count)
    return {
        "steady": np.ones(count),
        "growing": 1.0 + at / 800.0,
        "by day": 1.0 + 5.0 * (at % 24 > 12),
        "bursts": 1.0 + 8.0 * ((at // 500) % 3 == 0),
    }[kind]


@pytest.mark.parametrize("kind", ["steady", "growing", "by day", "bursts"])
@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_the_share_inside_is_the_level(kind: str, level: float) -> None:
    count = 6000
    noise = np.random.default_rng(3).standard_t(3, size=(count, len(HOURS)))
    assert covered(noise * scales(kind, count)[:, None], level=level) == pytest.approx(level, abs=0.03)


def test_lopsided_errors_have_lopsided_ends() -> None:
    errors = np.random.default_rng(0).exponential(10.0, size=(3000, len(HOURS)))
    band = bands(errors, hours=HOURS, first=0, level=0.8)[-1][1]
    assert band is not None
    assert band.above.mean() > 3.0 * band.below.mean()


def test_hours_that_are_not_known_teach_nothing() -> None:
    errors = np.random.default_rng(0).normal(size=(3000, len(HOURS)))
    holed = errors.copy()
    holed[1500:1800] = np.nan
    band = bands(holed, hours=HOURS, first=0, level=0.8)[-1][1]
    assert band is not None
    assert np.isfinite(band.above).all()
    assert covered(np.where(np.isnan(holed), 0.0, holed), level=0.8) > 0.0


def test_few_errors_give_no_band() -> None:
    assert bands(np.full((30, 24), np.nan), hours=HOURS, first=0, level=0.8)[-1][1] is None


def test_errors_are_laid_by_the_hour_that_was_foretold() -> None:
    truth = np.arange(10.0)
    paths = np.zeros((6, 2))
    errors = missed(paths, truth, first_origin=4, hours=np.array([1, 2]))
    assert np.isnan(errors[4]).all()
    assert errors[5, 0] == 5.0
    assert np.isnan(errors[5, 1])
    assert errors[9].tolist() == [9.0, 9.0]
