"""Forecasts of measured grids: the benchmark's backtest on a zone of each kind, and files that are dirty on purpose."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from benchmarks.forecast._backtest import backtest
from benchmarks.forecast._series import DATA, of_2022

from vatio.account.grid import read_series
from vatio.plan.forecast import HourlyHistory, foresee, history_of

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def zones() -> dict[str, np.ndarray]:
    return of_2022()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "points"), [("GB", 10.0), ("US-CAL-CISO", 0.3), ("FR", 4.0)])
def test_more_is_captured_than_by_the_mean_of_seven_days(zones: dict[str, np.ndarray], name: str, points: float) -> None:
    zone = backtest(name, zones[name])
    assert zone.points_above_m7 > points
    assert zone.covered == pytest.approx(80.0, abs=3.0)
    assert zone.guarded["in one piece"] >= -0.05


@pytest.mark.slow
def test_the_published_figures_of_naive_forecasts_come_out(zones: dict[str, np.ndarray]) -> None:
    """DE, 24 h job, 24 h of slack (plan.md section 3)."""
    zone = backtest("DE", zones["DE"])
    assert zone.oracle == pytest.approx({"interruptible": 13.54, "in one piece": 6.52}, abs=0.01)
    assert zone.naive["m7"] == pytest.approx({"interruptible": 9.19, "in one piece": 0.12}, abs=0.01)
    assert zone.naive["yesterday"] == pytest.approx({"interruptible": 8.24, "in one piece": 0.0}, abs=0.01)
    assert zone.naive["last week"] == pytest.approx({"interruptible": 7.58, "in one piece": 0.27}, abs=0.01)


@pytest.mark.parametrize("name", ["DE", "FR", "GB", "US-CAL-CISO"])
def test_dirty_files_are_forecast_from(name: str) -> None:
    path = Path(DATA) / "em_polled" / f"{name}.csv.gz"
    history = history_of(read_series(str(path), zone=name))
    foresight = foresee(history, horizon_h=72)
    assert foresight.forecast.zone == name
    assert min(foresight.forecast.low_g_per_kwh) > 1.0
    assert max(foresight.forecast.high_g_per_kwh) < 1200.0


def test_a_hole_of_twelve_days_widens_the_interval_after_it() -> None:
    history = history_of(read_series(str(Path(DATA) / "em_polled" / "US-CAL-CISO.csv.gz"), zone="US-CAL-CISO"))
    known = [at for at, value in enumerate(history.g_per_kwh) if value is not None]
    before, after = max(pairwise(known), key=lambda pair: pair[1] - pair[0])
    assert after - before > 11 * 24
    until = next(at for at in known if at >= after + 200)
    cut = HourlyHistory(zone="US-CAL-CISO", start=history.start, g_per_kwh=history.g_per_kwh[: until + 1])
    assert f"a hole of {after - before - 1} h in the last 28 days: the interval is wider" in foresee(cut).forecast.notes
