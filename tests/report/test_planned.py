"""A page holds a run against its plan: both languages, no plan, nothing known, a stranger's name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report._examples import second_training, training

from vatio.records import PlanOutcome, Quantity, Saving, from_json, to_json
from vatio.report import to_html

FOUND = PlanOutcome(
    promised_g=Quantity.around(2100.0, 2000.0, 2200.0, provenance="modelled"),
    obtained_g=Quantity.around(2200.0, 2100.0, 2300.0, provenance="modelled"),
    at_once_g=Quantity.around(4000.0, 3900.0, 4100.0, provenance="modelled"),
    saved_ratio=Saving(value=0.45, low=0.4, high=0.5),
    expected_g_per_kwh=103.0,
    obtained_g_per_kwh=Quantity.exact(108.0, provenance="modelled"),
    forecast_error_ratio=0.0485,
    renewable_ratio=Quantity.exact(0.71, provenance="modelled"),
    source="tomorrow.csv",
)
NOTHING = replace(
    FOUND,
    **{
        name: Quantity.absent(name, source="not told")
        for name in ("promised_g", "obtained_g", "at_once_g", "obtained_g_per_kwh")
    },
    renewable_ratio=Quantity.absent("renewable_ratio"),
    saved_ratio=Saving(value=None, low=None, high=None),
    expected_g_per_kwh=None,
    forecast_error_ratio=None,
)


def page(found, language="en"):
    record = training()
    text = to_html([record], outcomes={record.id: found}, language=language)
    return text.replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Against its plan",
                "It emitted 45 % less than it would have at once.",
                "Had it run at once",
                "103 g/kWh",
                "+4.85 %",
            ),
        ),
        ("es", ("Frente a su plan", "Emitió un 45 % menos que de haberse ejecutado enseguida.", "Previsto", "+4,85 %")),
    ],
)
def test_what_was_promised_obtained_and_would_have_been_is_drawn(language, said):
    text = page(FOUND, language)
    assert [one for one in said if one not in text] == []


def test_a_run_without_a_plan_has_no_such_section():
    assert "Against its plan" not in to_html([training()])


def test_more_than_at_once_is_said_as_more():
    assert "It emitted 12.5 % more" in page(replace(FOUND, saved_ratio=Saving(value=-0.125, low=-0.2, high=-0.1)))


def test_where_pauses_are_a_guess_both_ends_are_said():
    text = page(replace(FOUND, saved_ratio=Saving(value=None, low=-2.1, high=0.9), paused_ratio=0.6))
    assert "+210 % with what a model says" in text
    assert "\u221290 % without" in text
    assert "Energy drawn in pauses" in text


def test_what_is_not_known_is_said_and_not_zero():
    text = page(NOTHING)
    assert "What it would have emitted at once is not known." in text
    assert text.count("not measured") >= 3


def test_a_strangers_source_is_text():
    text = page(replace(FOUND, source='<script>alert("x")</script>'))
    assert "<script>alert" not in text


def test_several_runs_are_each_held_against_their_own():
    records = [training(), second_training()]
    assert to_html(records, outcomes={records[1].id: FOUND}).count("Against its plan") == 1


def test_an_outcome_of_before_pauses_were_told_is_read():
    told = {name: value for name, value in to_json(FOUND).items() if name != "paused_ratio"}
    assert from_json(PlanOutcome, told) == FOUND
