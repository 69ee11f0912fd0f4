import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from vatio.errors import MeterAbsent
from vatio.measure import Surroundings
from vatio.measure.meters import CommandMeter
from vatio.testing import MeterContract


def opened(command: str, unit: str = "w") -> CommandMeter:
    return CommandMeter.open(Surroundings(), command=command, unit=unit)


def eventually(holds: Callable[[], bool], *, within_s: float = 5.0) -> bool:
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if holds():
            return True
        time.sleep(0.02)
    return False


def running(mark: str) -> list[int]:
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if mark.encode() in file.read() and int(entry) != os.getpid():
                    found.append(int(entry))
        except OSError:
            continue
    return found


class TestContract(MeterContract):
    def meter(self) -> CommandMeter:
        meter = opened("while true; do echo 100; sleep 0.02; done")
        assert eventually(lambda: meter.read()[0] is not None)
        return meter

    def advance(self, meter: object) -> None:
        time.sleep(0.01)

    def break_sensor(self, meter: object) -> bool:
        assert isinstance(meter, CommandMeter)
        os.kill(meter.pids[0], signal.SIGKILL)
        return eventually(lambda: meter.read()[0] is None)


def test_watts_are_integrated_over_the_time_stamps_of_the_lines() -> None:
    meter = opened("while true; do echo 100; sleep 0.05; done")
    assert eventually(lambda: meter.read()[0] is not None)
    start_s, before = time.monotonic(), meter.read()[0]
    time.sleep(0.5)
    elapsed_s, after = time.monotonic() - start_s, meter.read()[0]
    assert after is not None
    assert before is not None
    assert after - before == pytest.approx(100.0 * elapsed_s, rel=0.05)
    meter.close()


def test_joules_are_the_differences_of_a_counter_and_a_reset_is_told() -> None:
    meter = opened("echo 500; echo 620; echo 'volts: 230'; echo 15; sleep 20", unit="j")
    assert eventually(lambda: meter.read()[0] == 135.0)
    meter.close()


def test_a_command_that_ends_is_a_hole_with_its_code() -> None:
    meter = opened("echo 5; exit 3")
    assert eventually(lambda: meter.read()[0] is None and "code 3" in meter.faults().get("meter", ""))
    meter.close()


def test_a_command_that_says_nothing_is_a_hole() -> None:
    meter = opened("sleep 20")
    assert meter.read() == (None,)
    assert "nothing yet" in meter.faults()["meter"]
    meter.close()


def test_closing_ends_the_command_and_what_it_started() -> None:
    meter = opened("sleep 7001 & sleep 7001")
    assert eventually(lambda: len(running("7001")) >= 2)
    meter.close()
    assert eventually(lambda: not running("7001"))


@pytest.mark.parametrize("command", ["sleep 7002 & sleep 7002", "while true; do echo 7002; sleep 0.02; done"])
def test_a_killed_helper_leaves_nothing_running(command: str) -> None:
    meter = opened(command)
    assert eventually(lambda: len(running("7002")) >= 2)
    os.kill(meter.pids[0], signal.SIGKILL)
    assert eventually(lambda: meter.read()[0] is None and "code -9" in meter.faults()["meter"])
    assert eventually(lambda: not running("7002"))
    meter.close()


def test_a_command_that_prints_ends_with_a_killed_helper_even_when_nobody_reads_on() -> None:
    meter = opened("while true; do echo 7003; sleep 0.02; done")
    assert eventually(lambda: meter.read()[0] is not None)
    os.kill(meter.pids[0], signal.SIGKILL)
    assert eventually(lambda: not running("echo 7003; sleep"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_helper_ends_with_its_parent_even_when_that_is_killed(number: signal.Signals) -> None:
    mark = f"70{int(number):02d}"
    program = (
        "import time; from vatio.measure import Surroundings; from vatio.measure.meters import CommandMeter;"
        f"m = CommandMeter.open(Surroundings(), command='sleep {mark} & sleep {mark}'); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    assert eventually(lambda: len(running(f"sleep\0{mark}")) == 2)
    parent.send_signal(number)
    parent.wait()
    assert eventually(lambda: not running(mark))


def test_the_helper_outlives_the_thread_that_opened_it() -> None:
    import threading

    meters: list[CommandMeter] = []
    thread = threading.Thread(target=lambda: meters.append(opened("while true; do echo 1; sleep 0.02; done")))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert eventually(lambda: meters[0].read()[0] is not None)
    meters[0].close()


def test_nothing_configured_is_absent() -> None:
    with pytest.raises(MeterAbsent):
        CommandMeter.open(Surroundings())
