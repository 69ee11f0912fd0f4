"""Two runs side by side: their figures, and the first thing around them that differs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.run._fake_counter import FakeDevice, build_run

from vatio.analysis import compare, environment_differences
from vatio.records import Distribution, Environment, FileDigest, Intensity, Processor, Quantity

HERE = Environment(
    argv=("python", "train.py"),
    cwd="/home/u",
    kernel="6.1",
    cpu=Processor(model="AMD EPYC 7742", cores=64),
    distributions=(Distribution(name="numpy", version="2.0", record_sha256="aa"),),
    inputs=(FileDigest(path="data.csv", sha256="11", bytes=3),),
    seeds={"PYTHONHASHSEED": "0"},
)


def run(name: str, watts: float, **more: object):  # type: ignore[no-untyped-def]
    part = FakeDevice([watts] * 20, idle_w=10.0, range_j=1e9).seen(0.0, 10.0, share=0.5)
    return build_run(name, 0.0, 10.0, (part,), **more)


def test_energy_is_compared_with_its_signed_change() -> None:
    rows = {row.name: row for row in compare(run("a", 100.0), run("b", 90.0)).rows}
    assert rows["energy"].change_ratio == pytest.approx(-0.1)
    assert rows["duration"].change_ratio == 0.0
    assert rows["CPU time"].before.value == 10.0
    assert "water" not in rows


def test_energy_for_a_unit_of_common_work_is_compared() -> None:
    before, after = run("a", 100.0, work={"sample": 100.0, "epoch": 1.0}), run("b", 100.0, work={"sample": 200.0})
    rows = {row.name: row for row in compare(before, after).rows}
    assert rows["energy per sample"].change_ratio == pytest.approx(-0.5)
    assert "energy per epoch" not in rows


def test_what_one_run_lacks_has_no_change() -> None:
    rows = {row.name: row for row in compare(run("a", 100.0, grams=2.0), run("b", 100.0)).rows}
    assert rows["operational"].change_ratio is None
    assert rows["operational"].after.is_missing


def test_equal_surroundings_have_no_difference() -> None:
    found = compare(run("a", 100.0, environment=HERE), run("b", 100.0, environment=HERE))
    assert found.differences == ()
    assert found.first_divergence is None


def test_the_deepest_difference_comes_first() -> None:
    there = replace(
        HERE,
        argv=("python", "train.py", "--lr", "2"),
        distributions=(Distribution(name="numpy", version="2.1", record_sha256="bb"),),
        cpu=Processor(model="AMD EPYC 7763", cores=64),
        seeds={},
    )
    found = compare(run("a", 100.0, environment=HERE), run("b", 100.0, environment=there))
    fields = [difference.field for difference in found.differences]
    assert fields == [
        "cpu.model", "distributions.numpy.record_sha256", "distributions.numpy.version", "seeds.PYTHONHASHSEED", "argv",
    ]  # fmt: skip
    assert found.first_divergence is not None
    assert (found.first_divergence.before, found.first_divergence.after) == ("AMD EPYC 7742", "AMD EPYC 7763")


def test_one_more_distribution_is_a_difference_of_that_one_alone() -> None:
    there = replace(HERE, distributions=(Distribution(name="attrs", version="1", record_sha256=None), *HERE.distributions))
    assert [difference.field for difference in environment_differences(HERE, there)] == ["distributions.attrs.version"]


def test_a_run_without_a_snapshot_has_no_differences_to_show() -> None:
    assert environment_differences(HERE, None) == ()


def test_other_meters_bases_grids_and_states_are_caveats() -> None:
    before = run("a", 100.0)
    part = replace(before.components[0], meter="cpu-model")
    spain, france = (
        Intensity(g_per_kwh=Quantity.exact(100.0, provenance="modelled"), zone=zone, year=2023) for zone in ("ES", "FR")
    )
    after = replace(
        before,
        id="b",
        name="b",
        components=(part,),
        basis="machine",
        status="failed",
        complete=False,
        intensity_g_per_kwh=france,
    )
    caveats = compare(replace(before, intensity_g_per_kwh=spain), after).caveats
    assert [caveat.partition(":")[0] for caveat in caveats] == [
        "other meters", "another basis", "another grid", "b is failed", "b is incomplete",
    ]  # fmt: skip
