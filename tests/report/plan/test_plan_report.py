"""A plan as lines, as a picture and as a page: the chosen hours are seen, and no name of a stranger is obeyed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from vatio.account import IntensityCurve
from vatio.plan.job import Job, plan_job
from vatio.records import Quantity, Saving
from vatio.report.plan import plan_html, plan_lines, plan_svg

NOW = datetime(2026, 1, 1, tzinfo=UTC)
END = NOW + timedelta(hours=6)
HOSTILE = '</title><script>alert("x")</script>\x1b[31m'


def curve(*values, **more):
    starts_s = tuple(NOW.timestamp() + 3600.0 * at for at in range(len(values)))
    return IntensityCurve(starts_s=starts_s, values_g_per_kwh=values, end_s=starts_s[-1] + 3600.0, **more)


DAY = curve(500.0, 400.0, None, 100.0, 100.0, 300.0, source="a file")


def planned(found=DAY, zone="DE", **more):
    job = Job(duration_s=7200.0, deadline=END, power_w=Quantity.exact(1000.0), **more)
    return plan_job(job, {zone: found}, now=NOW)


def test_the_lines_say_when_where_and_what_it_is_worth():
    lines = plan_lines(planned(), DAY, start=NOW, end=END)
    assert "in DE" in lines[0]
    assert "saved against now" in lines[0]
    text = "\n".join(lines)
    for word in ("emissions", "run now", "decided by carbon: time", "solver     sliding window", "a file, average", "holes"):
        assert word in text


def test_the_chosen_hours_are_drawn_where_they_are():
    bottom = next(
        line for line in plan_lines(planned(), DAY, start=NOW, end=END) if line.startswith(" " * 9 + "|") and "?" in line
    )
    drawn = bottom.partition("|")[2]
    assert re.fullmatch(r"\.{24}\?{12}#{24}\.{12}", drawn)


def test_no_line_is_wider_than_a_terminal_of_eighty_columns_and_a_bit():
    assert max(map(len, plan_lines(planned(), DAY, start=NOW, end=END))) <= 100


def test_run_now_says_why():
    lines = plan_lines(planned(curve(100.0, *[300.0] * 5)), curve(100.0, *[300.0] * 5), start=NOW, end=END)
    assert lines[0].startswith("run now in DE")
    assert "nothing: run now" in lines[0]


def test_a_saving_that_is_not_known_is_said():
    plan = replace(planned(), saved_ratio=Saving(value=None, low=None, high=None))
    assert "saved      unknown" in "\n".join(plan_lines(plan, start=NOW, end=END))


def test_many_windows_are_not_all_listed():
    found = curve(*[100.0, 900.0] * 40)
    job = Job(duration_s=20 * 3600.0, deadline=NOW + timedelta(hours=80), power_w=Quantity.exact(1.0), interruptible=True)
    plan = plan_job(job, {"DE": found}, now=NOW)
    text = "\n".join(plan_lines(plan, found, start=NOW, end=NOW + timedelta(hours=80)))
    assert "and 8 more windows" in text


@pytest.mark.parametrize(
    "found", [DAY, curve(5.0, 4.0, 3.0, 2.0, 1.0, 1.5, low_g_per_kwh=(1.0,) * 6, high_g_per_kwh=(9.0,) * 6)]
)
def test_the_picture_is_well_formed_and_asks_no_host(found):
    picture = plan_svg(planned(found), found, start=NOW, end=END)
    root = ElementTree.fromstring(picture)
    assert root.tag.endswith("svg")
    assert "runs" in picture
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", picture)


def test_the_page_holds_the_picture_the_figures_and_the_windows():
    page = plan_html(planned(), DAY, start=NOW, end=END)
    for word in ("<svg", "sliding window", "Windows", "Notes", "Content-Security-Policy"):
        assert word in page
    assert "<svg" not in plan_html(planned(), None, start=NOW, end=END)


def test_a_strangers_name_is_text():
    plan = planned(curve(500.0, 400.0, 300.0, 100.0, 100.0, 300.0, source=HOSTILE), zone=HOSTILE)
    shown = (
        plan_html(plan, DAY, start=NOW, end=END),
        plan_svg(plan, DAY, start=NOW, end=END),
        "\n".join(plan_lines(plan, DAY, start=NOW, end=END)),
    )
    assert "<script>alert" not in shown[0] + shown[1]
    assert all("\x1b" not in text for text in shown)


def test_a_stretch_without_values_takes_its_room_on_the_time_axis():
    starts_s = tuple(NOW.timestamp() + 3600.0 * at for at in (0, 1, 2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23))
    values = (300.0, 300.0, None, *[100.0] * 10)
    found = IntensityCurve(starts_s=starts_s, values_g_per_kwh=values, end_s=NOW.timestamp() + 24 * 3600.0)
    end = NOW + timedelta(hours=24)
    plan = plan_job(Job(duration_s=7200.0, deadline=end, power_w=Quantity.exact(1000.0)), {"DE": found}, now=NOW)
    drawn = next(line for line in plan_lines(plan, found, start=NOW, end=end) if "?" in line).partition("|")[2]
    assert (len(drawn), drawn.count("?")) == (72, 36)  # three columns an hour
    assert drawn.index("?") == 6


def test_the_hour_that_the_clock_has_twice_has_its_offset():
    told = "import sys; from datetime import datetime; from vatio.report import local_time"
    words = (sys.executable, "-c", f"{told}; print(*(local_time(datetime.fromisoformat(t)) for t in sys.argv[1:]), sep='|')")
    asked = ("2026-10-25T00:00Z", "2026-10-25T01:00Z", "2026-10-25T02:00Z", "2026-03-29T01:00Z")
    done = subprocess.run(
        (*words, *asked), env={**os.environ, "TZ": "Europe/Madrid"}, capture_output=True, text=True, check=True
    )
    said = [one[4:] for one in done.stdout.strip().split("|")]
    assert said == ["2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00", "2026-10-25 03:00", "2026-03-29 03:00"]
