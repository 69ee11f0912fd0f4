"""A history is hours in their order, whatever the file looked like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vatio.account.grid import read_series
from vatio.errors import InvalidQuantity, UsageError
from vatio.plan.forecast import HourlyHistory, history_of

START = datetime(2025, 3, 30, tzinfo=UTC)


def written(folder: Path, rows: list[str]) -> Path:
    path = folder / "xx.csv"
    path.write_text("\n".join(("start,g_per_kwh", *rows)) + "\n")
    return path


def test_quarters_become_hours(tmp_path: Path) -> None:
    rows = [f"{(START + timedelta(minutes=15 * at)).isoformat()},{100 + at}" for at in range(12)]
    found = history_of(read_series(str(written(tmp_path, rows))))
    assert found.g_per_kwh == (101.5, 105.5, 109.5)


def test_local_stamps_pass_the_night_without_two_o_clock(tmp_path: Path) -> None:
    rows = ["2025-03-30T01:00+01:00,10", "2025-03-30T03:00+02:00,20", "2025-03-30T04:00+02:00,30"]
    found = history_of(read_series(str(written(tmp_path, rows))))
    assert (found.start, found.g_per_kwh) == (START, (10.0, 20.0, 30.0))


def test_holes_at_the_ends_are_cut_and_those_within_stay(tmp_path: Path) -> None:
    rows = [f"{(START + timedelta(hours=at)).isoformat()},{value}" for at, value in enumerate(["", "1", "", "", "4", ""])]
    found = history_of(read_series(str(written(tmp_path, rows))))
    assert found.g_per_kwh == (1.0, None, None, 4.0)
    assert (found.known_h, found.longest_hole_h(100), found.longest_hole_h(2)) == (2, 2, 1)
    assert found.origin == START + timedelta(hours=4)


def test_what_is_later_than_now_is_left_out(tmp_path: Path) -> None:
    rows = [f"{(START + timedelta(hours=at)).isoformat()},{at}" for at in range(6)]
    found = history_of(read_series(str(written(tmp_path, rows))), until=START + timedelta(hours=2, minutes=30))
    assert found.g_per_kwh == (0.0, 1.0, 2.0)


def test_a_series_of_the_future_is_no_history(tmp_path: Path) -> None:
    rows = [f"{(START + timedelta(hours=at)).isoformat()},{at}" for at in range(6)]
    with pytest.raises(UsageError, match="knows nothing"):
        history_of(read_series(str(written(tmp_path, rows))), until=START)


def test_the_last_hours_keep_their_time() -> None:
    whole = HourlyHistory(zone="XX", start=START, g_per_kwh=(1.0, 2.0, None, 4.0))
    assert whole.last(2).start == START + timedelta(hours=2)
    assert whole.last(2).g_per_kwh == (None, 4.0)
    assert whole.last(9) is whole


@pytest.mark.parametrize("values", [(), (1.0, None), (-1.0,), (float("nan"),), (float("inf"),)])
def test_a_history_that_cannot_be_is_refused(values: tuple[float | None, ...]) -> None:
    with pytest.raises(InvalidQuantity):
        HourlyHistory(zone="XX", start=START, g_per_kwh=values)


@pytest.mark.parametrize("start", [datetime(2025, 3, 30), START + timedelta(minutes=30)])
def test_a_start_that_is_no_hour_is_refused(start: datetime) -> None:
    with pytest.raises(InvalidQuantity, match="whole hour"):
        HourlyHistory(zone="XX", start=start, g_per_kwh=(1.0,))
