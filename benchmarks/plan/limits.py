"""Count power limits that were not put back after an exit, an exception, a SIGKILL and the next start: plan-12."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress

from benchmarks._row import Row
from vatio.measure import Surroundings
from vatio.measure.controls import open_limits, restore_limits
from vatio.testing import FakeGpu, FakeNvml, FakePowercap, Trace

_KILLS, _ENDS, _GPU_ENDS = 60, 20, 40
_FOUND_W, _BOOT = 95.0, "boot"


def rows(peers: bool) -> list[Row]:
    """Give the one row."""
    order = random.Random(12)
    lost = [_package("wait", order.random() * 0.02) for _ in range(_KILLS)]
    lost += [_package(how, 0.0) for how in ("exit", "raise") for _ in range(_ENDS)]
    lost += [_gpu(raises=bool(turn % 2)) for turn in range(_GPU_ENDS)]
    why = f"{len(lost)} sessions: {_KILLS} killed while they set limits, {2 * _ENDS} ended or raised, {_GPU_ENDS} on a GPU"
    what = "power limits on the fake powercap and NVML not put back after exit, exception, SIGKILL and next start"
    command = "make bench TOPIC=plan ONLY=plan-12"
    return [Row(id="plan-12", what=what, relation="<=", limit=0, got=sum(lost), unit="limits", command=command, why=why)]


def _package(how: str, delay_s: float) -> int:
    """Cap a package in another process and end that; give 1 where the limit is not back after the next start."""
    with tempfile.TemporaryDirectory() as root:
        tree = FakePowercap(root)
        tree.add("intel-rapl:0", "package-0")
        path = tree.limit("intel-rapl:0", _FOUND_W, highest_w=105.0)
        folder = os.path.join(root, "limits")
        command = [sys.executable, "-m", "benchmarks.plan._capped", root, folder, how]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if child.stdout is None or child.stdout.readline() != b"set\n":
            raise RuntimeError("the capped process did not start")
        if how == "wait":
            time.sleep(delay_s)
            child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        restore_limits(Surroundings(root=root, boot=_BOOT), folder=folder)
        with open(path, encoding="ascii") as file:
            return int(int(file.read()) != round(_FOUND_W * 1e6))


def _gpu(*, raises: bool) -> int:
    card = FakeGpu(trace=Trace.constant(100.0), power_limits_w=(100.0, 300.0))
    with tempfile.TemporaryDirectory() as root, suppress(RuntimeError):
        around = Surroundings(root=root, boot=_BOOT)
        with open_limits(around, folder=f"{root}/limits", library=FakeNvml([card], clock=lambda: 0.0)) as session:
            session.set(150.0)
            if raises:
                raise RuntimeError
    return int(card.power_limit_w != 300.0)
