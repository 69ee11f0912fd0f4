"""The receipt fits a terminal, says what was not measured, and shows the interval of what was."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.report._examples import HEAD, hostile, partly_missing, second_training, training, without_sensor

from vatio.records import Component, Quantity, RunRecord
from vatio.report import receipt

RUNS = [training, without_sensor, partly_missing, hostile, second_training]


@pytest.mark.parametrize("build", RUNS)
def test_a_receipt_has_at_most_twelve_lines_of_eighty_columns(build: Callable[[], RunRecord]) -> None:
    lines = receipt(build(), change="x" * 200, head=HEAD, next_command="y" * 200)

    assert len(lines) <= 12
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("build", RUNS)
def test_a_receipt_holds_no_control_character(build: Callable[[], RunRecord]) -> None:
    text = "".join(receipt(build(), change="\x1b[2J", next_command="\n"))

    assert not [letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs"}]


def line(record: RunRecord, label: str) -> str:
    return next(text for text in receipt(record) if text.strip().startswith(label))


def test_a_run_without_a_sensor_says_so_and_prints_no_zero() -> None:
    lines = receipt(without_sensor())

    assert "not measured" in line(without_sensor(), "energy")
    assert "permission denied" in line(without_sensor(), "energy")
    assert not [text for text in lines if " 0 J" in text or " 0 g" in text]


def test_what_is_missing_makes_a_lower_bound() -> None:
    assert ">=" in line(partly_missing(), "energy")
    assert "NVML: device lost" in line(partly_missing(), "gpu")


def test_a_modelled_number_is_marked() -> None:
    assert "modelled" in line(training(), "dram")
    assert "modelled" not in line(training(), "cpu")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "running"}, "is running, 5 min 12 s so far"),
        ({"status": "failed", "exit_code": 3}, "failed with code 3 after"),
        ({"status": "failed", "exit_code": None}, "failed after"),
        ({"status": "failed", "signal": 9}, "was ended by signal 9"),
        ({"status": "interrupted"}, "was interrupted"),
        ({"duration_s": 0.0}, "finished in 0 s"),
    ],
)
def test_the_first_line_says_how_the_run_ended(change: dict[str, object], words: str) -> None:
    assert words in receipt(replace(training(), **change))[0]  # type: ignore[arg-type]


def test_devices_of_one_kind_share_a_line() -> None:
    gpu = training().components[2]
    record = replace(training(), components=tuple(replace(gpu, device=f"gpu-{at}") for at in range(8)))

    assert "8 devices" in line(record, "gpu")


def test_kinds_beyond_the_third_are_named_together() -> None:
    first = training().components[0]
    other = replace(first, component="other", device="fan", energy_j=Quantity.exact(5.0))
    more = Component(
        component="npu",
        device="npu-0",
        host="h",
        meter="hwmon",
        energy_j=Quantity.absent("npu-0"),
        idle_j=Quantity.absent("npu-0"),
    )
    record = replace(training(), components=(*training().components, other, more))

    assert len(receipt(record, change="c", head=HEAD, next_command="n")) <= 12
    assert "other 5 J" in line(record, "others")
    assert "npu not measured" in line(record, "others")


def test_a_run_that_was_not_recorded_says_so() -> None:
    assert "not recorded" in line(training(), "ledger")
    assert "outbox" in next(text for text in receipt(training(), recorded_in="outbox/1.jsonl") if text.startswith("ledger"))


def test_a_receipt_without_a_price_says_what_to_set() -> None:
    assert "price_eur_per_kwh" in line(replace(training(), cost_eur=Quantity.absent("price")), "cost")
