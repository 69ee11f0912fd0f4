"""What a careless workload says of itself is refused before the block, or left out and told: never kept as nonsense."""

from pathlib import Path
from typing import Any

import pytest

from vatio import track
from vatio.errors import UsageError
from vatio.ledger import open_ledger, summarise
from vatio.measure.meters.models._cpu_time import no_less_than_ours
from vatio.measure.wrap._signals import NoSignals, open_signals
from vatio.testing import ReplayMeter, gpu


def replayed(**wishes: Any) -> Any:
    return track(ReplayMeter([gpu(100.0), gpu(250.0)]), clock=iter([0.0, 2.0]).__next__, **wishes)


@pytest.mark.parametrize(
    "wishes",
    [
        {"name": 3},
        {"project": b"x"},
        {"tags": {"a": 1}},
        {"tags": {1: "x"}},
        {"tags": {"a": None}},
        {"interval_s": "1"},
        {"name": "x" * 5000},
    ],
)
def test_what_is_no_text_is_refused_before_the_block(wishes: dict[str, Any]) -> None:
    """It would be stored, and no list of runs could be read any more."""
    with pytest.raises(UsageError):
        replayed(**wishes)


def test_a_name_that_is_no_text_is_kept_with_escapes(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "ledger.sqlite")) as ledger:
        with replayed(name="caf\udce9", ledger=ledger) as run:
            pass
        assert ledger.run(run.id).name == "caf\\udce9"
        assert ledger.run("caf\udce9").id == run.id


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_work_is_never_undone() -> None:
    with replayed() as run:
        run.work(samples=3)
        run.work(samples=-5)

    assert run.record.work == {"samples": 3.0}


def test_an_event_that_is_too_long_is_told_of(tmp_path: Path) -> None:
    with replayed() as run, run.phase("x" * 5000):
        pass

    assert run.record.phases == ()
    assert any("4096 bytes" in note for note in run.record.notes)


def test_a_group_has_used_no_less_than_this_process_of_it() -> None:
    """Its counter lags by a tick: a run of a millisecond would have drawn exactly nothing."""
    group, ours = iter([5.0, 5.0, 5.0, 5.010, 5.010]), iter([1.0, 1.001, 1.002, 1.003, 1.004, 1.005])
    watch = no_less_than_ours(lambda: next(group), ours=lambda: next(ours))

    told_s = [watch() for _ in range(5)]

    assert told_s == pytest.approx([5.0, 5.001, 5.002, 5.010, 5.011])


def test_without_a_descriptor_for_signals_none_are_taken() -> None:
    def full() -> Any:
        raise OSError(24, "too many open files")

    signals = open_signals(kernel=full, pipe=full)

    assert isinstance(signals, NoSignals)
    assert list(signals.take()) == []


def test_one_reading_tells_no_difference() -> None:
    """A run that is killed within its first interval has drawn something: it is not measured, and not 0 J."""
    with replayed() as run:
        header = run.measured.recording.header
    ended = summarise(header, [(0.0, *[100.0] * len(header.channels))])

    assert all(part.energy_j.is_missing for part in ended.components)
    assert not ended.complete
