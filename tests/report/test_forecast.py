"""A forecast as lines and as a page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from vatio.account import IntensityCurve
from vatio.report.forecast import Shown, forecast_html, forecast_lines

HOUR = 3600.0
START_S = 1_748_736_000.0


def shown(hours: int = 48, *, known: int = 24, zone: str = "ES", notes: tuple[str, ...] = ()) -> Shown:
    values = tuple(100.0 + 50.0 * (at % 24 < 12) for at in range(hours))
    ahead = IntensityCurve(
        starts_s=tuple(START_S + HOUR * at for at in range(hours)),
        values_g_per_kwh=values,
        end_s=START_S + HOUR * hours,
        zone=zone,
        source="es.csv",
        low_g_per_kwh=tuple(value - 40.0 for value in values),
        high_g_per_kwh=tuple(value + 60.0 for value in values),
    )
    before = IntensityCurve(
        starts_s=tuple(START_S + HOUR * (at - known - 1) for at in range(known + 1)),
        values_g_per_kwh=(*(120.0 for _ in range(known)), None if known > 1 else 120.0),
        end_s=START_S,
    )
    return Shown(ahead=ahead, known=before if known else None, level=0.8, method="a mean", notes=notes)


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_the_first_line_names_the_cleanest_hours() -> None:
    said = forecast_lines(shown())[0]
    assert said == "ES: 125 g/kWh in the mean of 48 h; cleanest Sun 2025-06-01 12:00 to Sun 2025-06-01 18:00, 100 g/kWh"


def test_few_hours_have_no_cleanest_ones() -> None:
    assert forecast_lines(shown(3))[0] == "ES: 150 g/kWh, Sun 2025-06-01 00:00 to Sun 2025-06-01 03:00"


def test_the_chart_has_what_is_known_foretold_and_the_band() -> None:
    drawing = "\n".join(forecast_lines(shown(known=20)))
    assert drawing.isascii()
    assert all(mark in drawing for mark in "o*.?")
    assert max(map(len, drawing.splitlines())) <= 120
    assert "Mon 02" in drawing


def test_a_terminal_gets_finer_letters() -> None:
    drawing = "\n".join(forecast_lines(shown(), plain=False))
    assert all(mark in drawing for mark in "●━░│└")


@pytest.mark.slow
@pytest.mark.parametrize(("hours", "known"), [(1, 0), (1, 1), (7, 3), (168, 48), (2000, 48), (8784, 48)])
def test_any_length_fits(hours: int, known: int) -> None:
    lines = forecast_lines(shown(hours, known=known))
    assert max(map(len, lines)) <= 125
    assert "<svg" in forecast_html(shown(hours, known=known))


def test_a_grid_of_zeros_is_drawn() -> None:
    flat = IntensityCurve(starts_s=(0.0, HOUR), values_g_per_kwh=(0.0, 0.0), end_s=2 * HOUR)
    zeros = Shown(ahead=flat, known=None, level=0.8, method="")
    assert forecast_lines(zeros)[0].startswith("0 g/kWh")
    assert "<svg" in forecast_html(zeros)


def test_the_page_stands_alone_and_escapes_names() -> None:
    page = forecast_html(shown(zone="<b>ES", notes=("<script>alert(1)</script>",)))
    assert "<b>ES" not in page
    assert "<script>alert" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert 'class="band"' in page
    HTMLParser().feed(page)


def test_control_characters_of_a_name_are_not_drawn() -> None:
    assert "\x1b" not in "\n".join(forecast_lines(shown(zone="E\x1b[31mS", notes=("\x1b]0;x\x07",))))
