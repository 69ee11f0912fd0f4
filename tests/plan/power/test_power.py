"""The cheapest setting of what was measured, and the published optimum again."""

from __future__ import annotations

import pytest
from benchmarks.plan import power as bench
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.plan.power import Setting, choose, read_epochs, read_power, usual_setting

settings = st.lists(
    st.builds(
        Setting,
        batch=st.sampled_from([32, 64]),
        power_limit_w=st.sampled_from([100.0, 150.0, 250.0]),
        energy_j=st.floats(1.0, 1e6),
        duration_s=st.floats(1.0, 1e4),
    ),
    min_size=1,
    max_size=12,
)


@given(settings, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_nothing_measured_within_the_bound_is_cheaper_and_usual_is_never_made_worse(found, eta, slowdown_ratio):
    usual = found[0]
    chosen = choose(found, usual, energy_share=eta, max_power_w=250.0, max_slowdown_ratio=slowdown_ratio)
    best = chosen.setting.cost_j(energy_share=eta, max_power_w=250.0)
    assert chosen.time_ratio <= 1.0 + slowdown_ratio + 1e-12
    for one in found:
        if one.duration_s <= usual.duration_s * (1.0 + slowdown_ratio):
            assert best <= one.cost_j(energy_share=eta, max_power_w=250.0)


def test_the_usual_setting_has_the_greatest_limit():
    low, high = (Setting(batch=32, power_limit_w=limit, energy_j=1.0, duration_s=1.0) for limit in (100.0, 250.0))
    assert usual_setting((low, high), 32) == high
    with pytest.raises(UsageError, match="batch of 64"):
        usual_setting((low, high), 64)
    with pytest.raises(UsageError, match="energy_share"):
        choose([low], high, energy_share=1.5, max_power_w=250.0)


def test_runs_that_never_reach_the_target_are_counted_apart(tmp_path):
    path = tmp_path / "train.csv"
    head = "dataset,network,batch_size,optimizer,learning_rate,run,target_metric,target_epoch\n"
    path.write_text(
        head + "".join(f"d,n,32,adam,0.1,{run},0.6,{epochs}\n" for run, epochs in enumerate(("10", "nan", "14", "200")))
    )
    found = read_epochs(str(path), dataset="d", network="n", level=0.6, most=100)["adam", 32]
    assert (found.mean, found.reached, found.runs) == (12.0, 2, 4)


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power\nd,n,x,a,1,2,3\n"]
)
def test_what_is_no_trace_is_refused(tmp_path, text):
    path = tmp_path / "power.csv"
    path.write_text(text)
    with pytest.raises(UsageError):
        read_power(str(path))
    with pytest.raises(UsageError):
        read_power(str(tmp_path / "none.csv"))


@pytest.mark.data
def test_every_cell_of_the_published_optimum_comes_out_again():
    (row,) = bench.rows(False)
    assert row.ok, row
