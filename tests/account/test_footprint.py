"""A footprint names every factor, mixes no two kinds of intensity, and says what it does not know."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from benchmarks.run._fake_counter import FakeDevice, absent, build_run
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import counted, counted_energy_j, footprint
from vatio.catalog import facility, zone
from vatio.config import SiteConfig
from vatio.errors import UsageError
from vatio.records import (
    Accelerator,
    Component,
    Ended,
    Environment,
    Footprint,
    Processor,
    Quantity,
    RunRecord,
    from_json,
    to_json,
)
from vatio.testing import an_end
from vatio.units import S_PER_YEAR

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LAPTOP = Environment(argv=(), cwd="/", cpu=Processor(model="Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", cores=8))
SERVER = Environment(argv=(), cwd="/", cpu=Processor(model="AMD EPYC 7742 64-Core Processor", cores=128), memory_bytes=2**38)


def run(watts: float = 100.0, share: float = 1.0, seconds: int = 100, **more: object) -> RunRecord:
    part = FakeDevice([watts] * seconds, idle_w=10.0, range_j=1e9).seen(0.0, float(seconds), share=share)
    return build_run("a", 0.0, float(seconds), (part,), **more)


def test_operational_grams_are_energy_times_pue_times_intensity() -> None:
    found = footprint(run(3.6e4, environment=SERVER), zone="ES", pue=1.5, at=NOW)
    intensity = zone("ES").g_per_kwh
    assert found.emissions_g.operational.value == pytest.approx(1.5 * (intensity.value or 0.0))
    assert found.emissions_g.operational.low == pytest.approx(1.5 * (intensity.low or 0.0))
    assert found.emissions_g.operational.high == pytest.approx(1.5 * (intensity.high or 0.0))
    assert (found.run, found.accounted_at, found.basis) == ("a", NOW, "workload")


def test_the_workloads_share_is_accounted_where_it_is_known_else_the_machine() -> None:
    record = run(100.0, share=0.5)
    assert footprint(record).energy_j == record.workload_energy_j
    unknown = replace(record, workload_energy_j=absent(), basis="machine")
    assert (footprint(unknown).basis, footprint(unknown).energy_j) == ("machine", record.energy_j)


def test_an_unknown_zone_is_the_world_average_and_the_factor_says_so() -> None:
    factor = footprint(run()).factors[0]
    assert factor.name == "intensity average WORLD"
    assert "no zone given, so the world average" in factor.source


def test_market_based_grams_are_never_copied_from_location_based_ones() -> None:
    without = footprint(run(), zone="ES").emissions_g
    assert without.operational_market.is_missing
    site = SiteConfig(market_g_per_kwh=0.0, zone="ES")
    beside = footprint(run(), site=site).emissions_g
    assert beside.operational_market.value == 0.0
    assert beside.total.value == without.total.value


def test_total_is_operational_and_embodied() -> None:
    grams = footprint(run(), zone="FR").emissions_g
    assert grams.total.value == pytest.approx((grams.operational.value or 0.0) + (grams.embodied.value or 0.0))


def test_a_personal_machine_has_no_building_around_it_and_a_server_has_one_flagged() -> None:
    assert footprint(run(environment=LAPTOP)).pue == facility("laptop").pue
    assert footprint(run(environment=SERVER)).pue == facility("server").pue
    assert footprint(run(environment=SERVER)).pue.provenance == "default"
    assert footprint(run(), site=SiteConfig(hardware="gaming desktop")).pue.value == 1.0
    assert footprint(run(), site=SiteConfig(provider="aws", region="eu-south-2")).pue == facility("aws").pue


def test_what_is_given_overrides_what_is_configured() -> None:
    site = SiteConfig(zone="FR", pue=1.3, wue_l_per_kwh=2.0, price_eur_per_kwh=0.2, lifetime_years=5.0)
    found = footprint(run(3.6e4), site=site)
    assert (found.intensity_g_per_kwh.zone, found.pue.value) == ("FR", 1.3)  # type: ignore[union-attr]
    # Water is counted for the machines' energy, the bill for the building's.
    assert found.water_l.value == pytest.approx(2.0)
    assert found.cost_eur.value == pytest.approx(0.2 * 1.3)
    given_ = footprint(run(), zone="SE", pue=1.0, site=site)
    assert (given_.intensity_g_per_kwh.zone, given_.pue.value) == ("SE", 1.0)  # type: ignore[union-attr]


def test_a_cloud_region_stands_in_for_a_zone() -> None:
    found = footprint(run(), site=SiteConfig(provider="gcp", region="us-west1"))
    assert (found.intensity_g_per_kwh.zone, found.intensity_g_per_kwh.g_per_kwh.value) == ("US", 79.23)  # type: ignore[union-attr]
    odd = footprint(run(), site=SiteConfig(provider="gcp", region="mars-1"))
    assert odd.intensity_g_per_kwh.zone == "WORLD"  # type: ignore[union-attr]
    assert "gcp/mars-1" in odd.factors[0].source


def test_what_nobody_gave_is_missing_and_not_zero() -> None:
    found = footprint(run())
    for quantity, name in ((found.water_l, "wue"), (found.cost_eur, "price"), (found.renewable_ratio, "renewable")):
        assert (quantity.is_missing, quantity.missing) == (True, (name,))


def test_a_missing_part_of_the_energy_is_missing_from_the_grams() -> None:
    record = run()
    partial = replace(record, workload_energy_j=replace(record.workload_energy_j, high=None, missing=("dram",)))
    found = footprint(partial, zone="ES").emissions_g
    assert found.operational.missing == ("dram",)
    assert found.total.high is None
    nothing = footprint(replace(record, energy_j=absent(), workload_energy_j=absent(), components=()), zone="ES")
    assert nothing.emissions_g.operational.is_missing
    assert nothing.emissions_g.embodied.value is not None


def test_embodied_grams_are_the_time_over_the_lifetime() -> None:
    site = SiteConfig(lifetime_years=4.0)
    record = run(seconds=100, environment=SERVER, basis="machine")
    parts = {factor.name: factor.value.value for factor in footprint(record, site=site).factors}
    whole_g = sum(value or 0.0 for name, value in parts.items() if name.startswith("embodied "))
    assert footprint(record, site=site).emissions_g.embodied.value == pytest.approx(whole_g * 100.0 / (4.0 * S_PER_YEAR))
    assert footprint(record, site=site).emissions_g.embodied.provenance == "default"


def test_a_reservation_takes_its_share_of_the_hardware() -> None:
    ended = Ended(
        status="finished", ended_at=NOW, duration_s=100.0, components=run().components, basis="workload",
        workload_energy_j=Quantity.exact(5e3), reserved_ratio=0.25,
    )  # fmt: skip
    half = footprint(ended, run="a", environment=SERVER).emissions_g.embodied.value or 0.0
    whole = footprint(replace(ended, reserved_ratio=1.0), run="a", environment=SERVER).emissions_g.embodied.value or 0.0
    assert half == pytest.approx(whole / 4.0)


def test_a_small_virtual_machine_embodies_its_share_of_the_server() -> None:
    small = replace(SERVER, cpu=Processor(model="AMD EPYC 7742 64-Core Processor", cores=8))
    cpu_g = {
        name: next(
            factor.value.value or 0.0 for factor in footprint(run(environment=seen)).factors if factor.name == "embodied cpu"
        )
        for name, seen in (("whole", SERVER), ("small", small))
    }
    assert cpu_g["small"] == pytest.approx(cpu_g["whole"] * 8 / 128)


def test_each_gpu_embodies_what_its_model_does() -> None:
    gpu = FakeDevice([300.0] * 10, idle_w=50.0, range_j=1e9, device="gpu-0").seen(0.0, 10.0, share=1.0, component="gpu")
    seen = replace(SERVER, gpus=(Accelerator(model="NVIDIA H100 80GB HBM3"),))
    record = replace(run(seconds=10, environment=seen), components=(*run(seconds=10).components, gpu))
    factors = {factor.name: factor for factor in footprint(record).factors}
    assert factors["embodied gpu-0"].value.value == pytest.approx(164_000.0)


def test_every_factor_names_its_source() -> None:
    site = SiteConfig(wue_l_per_kwh=1.0, price_eur_per_kwh=0.2, market_g_per_kwh=10.0)
    factors = footprint(run(environment=SERVER), zone="ES", site=site).factors
    assert all(factor.source for factor in factors)
    assert [factor.name for factor in factors[:5]] == ["intensity average ES", "pue", "intensity market", "wue", "price"]
    assert factors[0].year == 2023


def test_a_footprint_survives_its_json() -> None:
    found = footprint(run(environment=SERVER), zone="ES", at=NOW)
    assert from_json(Footprint, to_json(found)) == found


@pytest.mark.parametrize("pue", [0.9, -1.0, math.nan, math.inf])
def test_a_pue_that_cannot_be_is_refused(pue: float) -> None:
    with pytest.raises(UsageError):
        footprint(run(), pue=pue)


@given(st.floats(0.0, 1e4), st.floats(1.0, 3.0), st.sampled_from(["ES", "FR", "PL", None, "US-CAL-CISO"]))
def test_grams_grow_with_energy_and_with_pue(watts: float, pue: float, code: str | None) -> None:
    less, more = footprint(run(watts), zone=code, pue=pue), footprint(run(watts + 1.0), zone=code, pue=pue + 0.1)
    for part in ("low", "value", "high"):
        assert getattr(less.emissions_g.operational, part) <= getattr(more.emissions_g.operational, part)


def part(component: str, *, part_of: str | None = None, shared: bool = False) -> Component:
    return Component(
        component=component, device=component, host="h", meter="m", energy_j=Quantity.exact(1.0), idle_j=absent(),
        part_of=part_of, workload_j=Quantity.exact(1.0) if shared else None,
    )  # fmt: skip


def test_parts_of_a_component_and_the_platform_beside_its_parts_are_not_added() -> None:
    components = (part("cpu"), part("cpu", part_of="package-0"), part("dram"), part("platform"))
    assert counted_energy_j(components).value == 2.0
    assert counted_energy_j((part("platform"), part("cpu", part_of="platform"))).value == 1.0
    assert [one.component for one in counted((part("cpu"), part("platform", shared=True)))] == ["platform"]
    assert counted_energy_j(()).missing == ("energy",)


def test_water_on_site_and_at_the_source_stand_side_by_side() -> None:
    site = SiteConfig(pue=1.5, wue_l_per_kwh=2.0, source_water_l_per_kwh=3.0)
    found = footprint(an_end(3.6e6), site=site, run="x")

    assert found.water_l.value == 2.0  # per kilowatt-hour of the machines
    assert found.source_water_l.value == pytest.approx(4.5)  # per kilowatt-hour that the building takes
    assert {factor.name for factor in found.factors} >= {"wue", "source water"}


def test_what_nobody_configured_is_missing_and_never_0() -> None:
    found = footprint(an_end(3.6e6), site=SiteConfig(), run="x")

    assert found.source_water_l.is_missing
    assert found.cost_eur.is_missing


@pytest.mark.parametrize(("provider", "scope"), [(None, "scope 2"), ("aws", "scope 3"), ("my own", "scope 2")])
def test_electricity_is_scope_2_for_ones_own_machines_and_scope_3_in_a_rented_cloud(provider: str | None, scope: str) -> None:
    found = footprint(an_end(), site=SiteConfig(provider=provider), run="x")

    assert found.scopes == {"operational": scope, "operational_market": scope, "embodied": "scope 3"}


def test_a_footprint_of_an_older_vatio_is_read() -> None:
    known = to_json(footprint(an_end(), site=SiteConfig(), run="x"))
    older = {name: item for name, item in known.items() if name not in ("source_water_l", "scopes")}

    assert from_json(Footprint, older).source_water_l.is_missing
