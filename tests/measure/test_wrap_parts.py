import os
import select
import sys
import time
from datetime import UTC, datetime

import pytest

from vatio.measure._rim import Rim
from vatio.measure._spawn import Unstartable
from vatio.measure.wrap._deadline import Overdue, within
from vatio.measure.wrap._live import LiveLine, Moment
from vatio.measure.wrap._loop import Exit
from vatio.measure.wrap._portable import PortableSystem
from vatio.measure.wrap._signals import KernelSignals, PipeSignals, open_signals
from vatio.records import Started

STARTED = Started(
    id="1", name="train.py", project="p", series="s", command=("true",), stage="other", started_at=datetime.now(UTC),
    start_monotonic_s=0.0, boot="b", host="h", interval_s=1.0,
)  # fmt: skip


def moment(t_s: float, energy_j: float | None = 1.0) -> Moment:
    return Moment(t_s=t_s, energy_j=energy_j, power_w=None, cpu_s=None)


def test_a_live_line_is_renewed_once_a_second_and_wiped_at_the_end() -> None:
    written: list[str] = []
    line = LiveLine(written.append)
    line.begin(STARTED, 42)
    for tenth in range(25):
        line.sample(moment(tenth / 10))
    line.end()

    assert written == ["train.py · process 42", "0:00 · 1 J", "0:01 · 1 J", "0:02 · 1 J", ""]


def test_what_is_not_measured_is_not_shown_as_zero() -> None:
    written: list[str] = []
    LiveLine(written.append).sample(moment(3.0, energy_j=None))
    assert written == ["0:03 · not measured"]


def test_what_takes_too_long_is_given_up() -> None:
    begin_s = time.monotonic()
    with pytest.raises(Overdue):
        within(0.05, lambda: time.sleep(5))
    assert time.monotonic() - begin_s < 1.0


def test_what_swallows_the_first_interruption_is_interrupted_again() -> None:
    def stubborn() -> None:
        try:
            time.sleep(5)
        except Overdue:
            time.sleep(5)

    begin_s = time.monotonic()
    with pytest.raises(Overdue):
        within(0.05, stubborn)
    assert time.monotonic() - begin_s < 1.0


def test_what_is_in_time_gives_its_answer_and_leaves_no_timer() -> None:
    assert within(0.1, lambda: 7) == 7
    time.sleep(0.15)


def test_without_a_signalfd_a_pipe_is_used() -> None:
    def absent() -> KernelSignals:
        raise OSError(38, "Function not implemented")

    signals = open_signals(kernel=absent)
    try:
        assert isinstance(signals, PipeSignals)
        os.kill(os.getpid(), 10)
        assert select.select([signals.descriptor], [], [], 1.0)[0]
        assert [came.number for came in signals.take()] == [10]
    finally:
        signals.close()


class Counting:
    def __init__(self) -> None:
        self.woken = 0
        self.own: set[int] = set()

    def due_s(self) -> float:
        return 0.05

    def descriptors(self) -> tuple[int, ...]:
        return ()

    def wake(self) -> None:
        self.woken += 1

    def orphaned(self, pid: int, cpu_s: float) -> None:
        pass


def portable(argv: list[str], beside: Counting | None = None) -> Exit | Unstartable:
    system = PortableSystem()
    child = system.start(argv[0], argv, os.environ)
    return child if isinstance(child, Unstartable) else system.wait(child, beside, Rim(silent=True))


def test_without_posix_the_child_is_waited_for_and_worked_beside() -> None:
    beside = Counting()
    ended = portable([sys.executable, "-c", "import sys, time; time.sleep(0.3); sys.exit(3)"], beside)

    assert isinstance(ended, Exit)
    assert os.waitstatus_to_exitcode(ended.status) == 3
    assert beside.woken >= 3


@pytest.mark.parametrize(("code", "expected"), [("import os; os.abort()", -6), ("pass", 0)])
def test_without_posix_a_signal_is_told(code: str, expected: int) -> None:
    ended = portable([sys.executable, "-c", f"import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); {code}"])
    assert isinstance(ended, Exit)
    assert os.waitstatus_to_exitcode(ended.status) == expected


def test_without_posix_a_program_that_is_not_there_is_a_refusal() -> None:
    assert isinstance(portable(["/no/such/program"]), Unstartable)


def test_a_fault_beside_the_child_does_not_end_the_portable_wait() -> None:
    class Faulty(Counting):
        def wake(self) -> None:
            raise RuntimeError("no")

    ended = portable([sys.executable, "-c", "import time; time.sleep(0.2)"], Faulty())
    assert isinstance(ended, Exit)
    assert ended.status == 0
