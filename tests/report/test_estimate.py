"""An estimate is drawn beside the run that it was made for, on one scale, and the page says whether it held."""

from __future__ import annotations

import pytest
from tests.report._examples import training, without_sensor

from vatio.account.estimates import Asked, estimate
from vatio.records import Estimate
from vatio.report import to_html, to_markdown


def of(times: float) -> Estimate:
    """Estimate so many times the energy that the run of the examples drew."""
    run = training()
    power_w = times * (run.own_energy_j.value or 0.0) / 3600.0
    return estimate(Asked(hardware=(("a box", 1.0),), duration_s=3600.0, power_w=power_w, zone="ES", pue=1.5)).record


def serving() -> Estimate:
    asked = Asked(hardware=(("H100", 1.0),), parameters=8 * 10**9, prompt_tokens=500, output_tokens=300, batch=8)
    return estimate(asked).record


@pytest.mark.parametrize("language", ["en", "es"])
def test_both_stand_on_the_page_and_in_markdown(language: str) -> None:
    page = to_html([training()], language=language, estimate=of(1.0))
    text = to_markdown([training()], language=language, estimate=of(1.0))
    plain = to_markdown([training()], language=language)
    title = {"en": "What was estimated of it", "es": "Qué se estimó de ella"}[language]
    assert title in page
    assert title in text
    assert title not in plain


def test_the_page_says_whether_the_estimate_held() -> None:
    assert "do not agree" in to_markdown([training()], estimate=of(3.0))
    assert "do not agree" not in to_markdown(
        [training()], estimate=serving_of_the_size_of(training().own_energy_j.value or 0.0)
    )


def serving_of_the_size_of(energy_j: float) -> Estimate:
    from dataclasses import replace

    from vatio.records import scaled

    found = serving()
    share = energy_j / (next(factor.value.value for factor in found.factors if factor.name == "hardware energy") or 1.0)
    return replace(found, factors=tuple(replace(factor, value=scaled(factor.value, share)) for factor in found.factors))


def test_a_request_is_cut_into_prefill_and_decode() -> None:
    page = to_html([training()], estimate=serving())
    assert "Prefill" in page
    assert "Decode" in page


def test_a_run_without_energy_is_not_compared() -> None:
    assert "no energy to compare" in to_markdown([without_sensor()], estimate=Estimate(**_nothing()))


def _nothing() -> dict[str, object]:
    from vatio.records import EstimatedEmissions, Quantity

    absent = Quantity.absent("x")
    emissions = EstimatedEmissions(operational=absent, embodied=absent, total=absent)
    return {"energy_j": absent, "emissions_g": emissions, "water_l": absent, "cost_eur": absent, "flop": absent}
