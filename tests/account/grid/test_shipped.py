from datetime import UTC, datetime, timedelta

import pytest

from vatio.account import AnnualSource, FileSource
from vatio.errors import MeasureError

AT = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)


def test_a_file_tells_the_slot_in_which_a_moment_lies_and_those_after(tmp_path):
    path = tmp_path / "grid.csv"
    path.write_text("start,g_per_kwh\n2026-01-01T00:00Z,1\n2026-01-01T01:00Z,2\n2026-01-01T02:00Z,3\n")
    source = FileSource(str(path))
    assert source.forecast("", AT).g_per_kwh == (1.0, 2.0, 3.0)
    assert source.history("", AT, AT + timedelta(hours=1)).g_per_kwh == (1.0, 2.0)
    with pytest.raises(MeasureError, match="knows nothing"):
        source.forecast("", AT + timedelta(days=3))


def test_the_annual_table_says_that_it_knows_no_clean_hours():
    series = AnnualSource().forecast("ES", AT)
    assert len(set(series.g_per_kwh)) == 1
    assert len(series.g_per_kwh) == 7 * 24
    assert "no clean hours" in series.notes[0]
    assert series.zone == "ES"
