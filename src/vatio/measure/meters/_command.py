"""An outside meter (a PDU, IPMI, a wall plug): a command that prints one number of watts or joules a line."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from vatio.errors import MeterAbsent
from vatio.records import Channel

if TYPE_CHECKING:
    from subprocess import Popen

    from vatio.measure._surroundings import Surroundings

# A meter that has printed nothing for this long, or for five of its own periods, has no reading.
_SILENT_S = 10.0
_SILENT_PERIODS = 5.0
# PDUs and BMCs are sold as "within 1 %" to "within 5 %".
ERROR_RATIO = 0.05
_MOST_BYTES = 65536
# A rack's worth: a counter that falls to more than this can have drawn has not begun anew.
_MOST_POWER_W = 100_000.0


class CommandMeter:
    """Read what a helper relays of the command's lines; a helper that has ended is a hole with its reason.

    Watts are integrated over the time stamps that the helper gives each line, and the last line holds until now. Joules
    are the reading of a counter: differences count, and a counter that falls was reset.
    """

    name = "command"
    poll_s: float | None = 1.0

    def __init__(self, helper: Popen[bytes], *, unit: str, channel: Channel, clock: Callable[[], float] = monotonic) -> None:
        self.channels = (channel,)
        self.counter_ranges_j: Mapping[str, float | None] = {}
        self._helper: Popen[bytes] | None = helper
        self.pids = (helper.pid,)
        self._unit, self._clock = unit, clock
        self._rest = b""
        self._lines = 0
        self._last: tuple[float, float] | None = None
        self._period_s = 0.0
        self._energy_j = self._shown_j = 0.0
        self._fault = ""
        self._opened_s = clock()

    @classmethod
    def open(
        cls,
        surroundings: Surroundings,
        *,
        command: str = "",
        unit: str = "w",
        component: str = "platform",
        clock: Callable[[], float] = monotonic,
    ) -> CommandMeter:
        """Start the command under a helper that ends with this process, even when it is killed.

        Raises:
            MeterAbsent: no command is configured, or no process can be started.
        """
        if not command:
            raise MeterAbsent("no outside meter is configured", hint='set [meters] command = "..."')
        if os.name != "posix":
            raise MeterAbsent("outside meters need a POSIX shell")
        try:
            helper = _start(command)
        except OSError as error:
            raise MeterAbsent(f"cannot start the helper of the outside meter: {error}") from error
        return cls(helper, unit=unit, channel=_channel(command, unit, component), clock=clock)

    def read(self) -> Sequence[float | None]:
        """Take in what the command has printed since the last reading."""
        self._fault = ""
        self._take_in()
        now_s = self._clock()
        since_s = self._last[0] if self._last else self._opened_s
        silent_s = max(_SILENT_S, _SILENT_PERIODS * self._period_s)
        if self._ended():
            return (None,)
        if now_s - since_s > silent_s:
            self._fault = f"the outside meter has printed nothing for {now_s - since_s:.0f} s"
            return (None,)
        if self._last is None:
            self._fault = "the outside meter has printed nothing yet"
            return (None,)
        held_j = self._last[1] * max(0.0, now_s - since_s) if self._unit == "w" else 0.0
        # What was held until now may be corrected downwards by the next line: what was shown never falls.
        self._shown_j = max(self._shown_j, self._energy_j + held_j)
        return (self._shown_j,)

    def faults(self) -> Mapping[str, str]:
        """Say why there is no reading."""
        return {self.channels[0].name: self._fault} if self._fault else {}

    def close(self) -> None:
        """End the helper, which ends the command."""
        helper, self._helper = self._helper, None
        if helper is not None:
            _end(helper)

    def _ended(self) -> bool:
        if self._helper is not None and self._helper.poll() is None:
            return False
        code = None if self._helper is None else self._helper.returncode
        if code is not None and code < 0:  # killed, as when memory runs out: it could not end its command
            _end_session(self.pids[0])
        self._fault = "the outside meter was closed" if code is None else f"the outside meter's command ended with code {code}"
        return True

    def _take_in(self) -> None:
        output = None if self._helper is None else self._helper.stdout
        while output is not None:
            try:
                part = os.read(output.fileno(), _MOST_BYTES)
            except (BlockingIOError, OSError):
                return
            if not part:
                return
            *lines, self._rest = (self._rest + part).split(b"\n")
            for line in lines:
                self._line(line)

    def _line(self, line: bytes) -> None:
        try:
            at_s, value = (float(word) for word in line.split()[:2])
        except ValueError:
            return  # headings and units that the command prints are not readings
        if not math.isfinite(value) or value < 0.0:
            return
        if self._last is not None:
            self._period_s = at_s - self._last[0]
            self._energy_j += self._step_j(self._last, at_s, value)
        self._last = (at_s, value)

    def _step_j(self, last: tuple[float, float], at_s: float, value: float) -> float:
        if self._unit == "w":
            return 0.5 * (last[1] + value) * max(0.0, at_s - last[0])
        if value >= last[1]:
            return value - last[1]
        self._fault = "the outside meter's counter was reset: what it had counted since the last reading is lost"
        return value if value <= _MOST_POWER_W * (at_s - last[0] + 1.0) else 0.0


def _start(command: str) -> Popen[bytes]:
    from subprocess import PIPE, Popen

    relay = os.path.join(os.path.dirname(__file__), "_command_relay.py")
    helper = Popen(
        [sys.executable, "-I", "-S", relay, str(os.getpid()), command],
        stdin=PIPE,
        stdout=PIPE,
    )
    if helper.stdout is not None:
        os.set_blocking(helper.stdout.fileno(), False)
    return helper


def _end(helper: Popen[bytes]) -> None:
    from subprocess import TimeoutExpired

    if helper.stdin is not None:
        helper.stdin.close()  # tells the helper to end its command and itself
    try:
        helper.wait(timeout=2.0)
    except TimeoutExpired:
        helper.kill()
        helper.wait()
    if helper.stdout is not None:
        helper.stdout.close()


def _end_session(leader: int) -> None:
    from signal import SIGKILL  # here: Windows has none

    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, SIGKILL)


def _channel(command: str, unit: str, component: str) -> Channel:
    return Channel(
        name="meter",
        unit="j",
        component=component,
        device="meter",
        meter=CommandMeter.name,
        source=f"{'watts' if unit == 'w' else 'joules'} printed by {command.split()[0]}",
        low_ratio=1.0 - ERROR_RATIO,
        high_ratio=1.0 + ERROR_RATIO,
        refresh_s=1.0,
    )
