import pytest

from vatio.config import load_config
from vatio.errors import ConfigError


def gate(tmp_path, **options):
    return load_config(str(tmp_path), options={f"gate.{name}": value for name, value in options.items()}).gate


@pytest.mark.parametrize(("said", "ratio"), [("5%", 0.05), ("0.05", 0.05), (0.05, 0.05), ("200 %", 2.0), ("0", 0.0)])
def test_a_regression_is_a_ratio_or_percent(tmp_path, said, ratio):
    assert gate(tmp_path, max_regression_ratio=said).max_regression_ratio == pytest.approx(ratio)


def test_five_is_not_taken_for_five_percent_or_for_five_hundred(tmp_path):
    with pytest.raises(ConfigError, match="does that mean 5%") as caught:
        gate(tmp_path, max_regression_ratio="5")
    assert "0.05" in caught.value.hint


@pytest.mark.parametrize("said", ["-5%", "nan", "inf", "many", "0.5pt", "%", True])
def test_what_is_no_ratio_is_refused(tmp_path, said):
    with pytest.raises(ConfigError):
        gate(tmp_path, max_regression_ratio=said)


@pytest.mark.parametrize(("said", "loss"), [("0.5pt", 0.005), ("3.2", 3.2), (0.005, 0.005)])
def test_a_loss_is_in_the_metrics_unit_or_in_points(tmp_path, said, loss):
    assert gate(tmp_path, max_loss=said).max_loss == pytest.approx(loss)


def test_a_loss_in_percent_could_be_of_two_things(tmp_path):
    with pytest.raises(ConfigError, match="of what"):
        gate(tmp_path, max_loss="1%")


def test_pairs_are_whole_and_at_least_six(tmp_path):
    assert gate(tmp_path, pairs="12").pairs == 12
    for wrong in ("12.5", "5", "many"):
        with pytest.raises(ConfigError):
            gate(tmp_path, pairs=wrong)
