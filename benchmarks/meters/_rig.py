"""Build the fake sensors, feed them in real time, and run a tool's driver where it sees nothing else.

A tool is unmodified: a private mount namespace (root is needed) puts the fake tree over /sys/class and an Intel server's
/proc/cpuinfo over this machine's, and LD_LIBRARY_PATH leads to the fake NVML.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

from benchmarks._peers import peer_python
from benchmarks.meters._cases import Case, Zone
from vatio.testing import _feeder

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
_CPU = """processor\t: {0}
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz
stepping\t: 7
physical id\t: 0
core id\t\t: {0}
cpu cores\t: 2
cpu MHz\t\t: 2500.0
flags\t\t: fpu sse sse2

"""
_START_J = 1000.0


class Rig:
    """Hold the trees of all cases, one feeder for them all, and the compiled NVML."""

    def __init__(self, folder: str, epoch_s: float) -> None:
        self.folder, self.epoch_s = folder, epoch_s
        self.nvml = os.path.join(folder, "nvml")

    def tree(self, case: Case) -> str:
        """Name the folder of a case."""
        return os.path.join(self.folder, "trees", case.name)

    def run(self, tool: str, case: Case, *, timeout_s: float = 90.0) -> tuple[dict[str, object] | None, str]:
        """Run a tool's driver on a case: what it told, or why it told nothing."""
        python = sys.executable if tool == "vatio" else peer_python(tool)
        if python is None:
            return None, f"{tool} cannot be installed here"
        driver = [
            python,
            os.path.join(HERE, "drivers", f"with_{tool}.py"),
            case.work,
            str(case.duration_s),
            "gpu" if case.gpus else "cpu",
        ]
        mounts = f"mount --bind {self.tree(case)}/class /sys/class && mount --bind {self.folder}/cpuinfo /proc/cpuinfo"
        inside = f"{mounts} && exec {shlex.join(driver)}"
        try:
            done = subprocess.run(
                ["unshare", "-m", "sh", "-c", inside],
                env=self._environ(case),
                capture_output=True,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None, "did not end in time"
        told = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("RESULT ")]
        if not told:
            complaint = done.stderr.decode(errors="replace").strip()
            raised = "Traceback (most recent call last)" in complaint
            return None, complaint.splitlines()[-1][:160] if raised else f"ended the process with {done.returncode}"
        return json.loads(told[-1][7:]), ""

    def error_percent(self, case: Case, told: dict[str, object]) -> float:
        """Give the distance, in percent, from the truths between which the tool's own first and last reading allow."""
        begins, ends = (told[key] for key in ("begin_s", "end_s"))
        assert isinstance(begins, list)
        assert isinstance(ends, list)
        windows = _windows(begins, ends, told.get("own_s"))
        truths_j = [case.truth_j(begin_s - self.epoch_s, end_s - self.epoch_s) for begin_s, end_s in windows]
        least_j, most_j = min(truths_j), max(truths_j)
        energy_j = float(str(told["energy_j"]))
        away_j = energy_j - min(max(energy_j, least_j), most_j)
        return 100.0 * away_j / (most_j if away_j > 0 else least_j)

    def _environ(self, case: Case) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("CUDA", "NVIDIA", "VATIO"))}
        environ |= {"PYTHONPATH": os.path.join(ROOT, "src"), "HOME": self.folder, "PYTHONWARNINGS": "ignore"}
        environ |= {f"XDG_{name}_HOME": os.path.join(self.folder, name.lower()) for name in ("CONFIG", "DATA", "STATE")}
        if case.gpus:
            steps = ",".join(f"{duration_s}:{power_w}" for duration_s, power_w in case.gpu_steps)
            environ["VATIO_FAKE_NVML"] = f"{self.epoch_s!r} {case.gpus} {int(case.counter)} 0.0 {steps}"
            environ["LD_LIBRARY_PATH"] = self.nvml
            environ["PATH"] = f"{self.nvml}:{environ.get('PATH', '')}"
        return environ


@contextlib.contextmanager
def open_rig(cases: Sequence[Case]) -> Iterator[Rig]:
    """Build everything, feed it until the block ends, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="vatio-rig-") as folder:
        rig = Rig(folder, time.monotonic())
        _compile(rig.nvml)
        with open(os.path.join(folder, "cpuinfo"), "w", encoding="ascii") as file:
            file.write("".join(_CPU.format(cpu) for cpu in range(os.cpu_count() or 1)))
        zones = [_build(rig.tree(case), zone) for case in cases for zone in case.zones]
        for case in cases:
            os.makedirs(os.path.join(rig.tree(case), "class"), exist_ok=True)
        spec = os.path.join(folder, "spec.json")
        with open(spec, "w", encoding="ascii") as file:
            json.dump({"epoch_s": rig.epoch_s, "zones": zones}, file)
        feeder = subprocess.Popen([sys.executable, "-S", str(_feeder.__file__), spec], stdin=subprocess.PIPE)
        time.sleep(0.2)
        try:
            yield rig
        finally:
            assert feeder.stdin is not None
            feeder.stdin.close()
            feeder.wait()


def _windows(begins: list[float], ends: list[float], own_s: object) -> list[tuple[float, float]]:
    """List windows that the tool may have measured: its first reading lay in ``begins``, its last one in ``ends``.

    A tool that tells how long it measured is held to that; ``own_s`` is then its own duration.
    """
    widest, narrowest = (begins[0], ends[1]), (begins[1], ends[0])
    if not isinstance(own_s, float):
        return [widest, narrowest]
    places = [begins[0] + (begins[1] - begins[0]) * step / 50.0 for step in range(51)]
    windows = [(begin_s, begin_s + own_s) for begin_s in places if ends[0] - 0.01 <= begin_s + own_s <= ends[1] + 0.01]
    return windows or [widest, narrowest]


def why_not() -> str:
    """Say what this machine lacks for the rig; nothing when it can run."""
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode
    ):
        return "needs root, for a private mount namespace"
    return "" if shutil.which("cc") else "needs a C compiler, for the fake NVML"


def _compile(folder: str) -> None:
    os.makedirs(folder)
    source, library = os.path.join(HERE, "fake_nvml.c"), os.path.join(folder, "libnvidia-ml.so.1")
    smi = os.path.join(folder, "nvidia-smi")  # some tools ask for the driver's program before they load its library
    _write(smi, "#!/bin/sh\nexit 0\n")
    os.chmod(smi, 0o755)
    subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, source], check=True)


def _build(tree: str, zone: Zone) -> dict[str, object]:
    """Lay a zone out as the kernel does: folders nested below devices, links to them in class."""
    kind, *numbers = zone.entry.split(":")
    names = [":".join((kind, *numbers[: depth + 1])) for depth in range(len(numbers))]
    control = os.path.join(tree, "devices/virtual/powercap", kind)
    folder = os.path.join(control, *names)
    classes = os.path.join(tree, "class/powercap")
    os.makedirs(folder, exist_ok=True)
    os.makedirs(classes, exist_ok=True)
    _link(control, os.path.join(classes, kind))
    _link(folder, os.path.join(classes, zone.entry))
    _link("/sys/class/powercap", os.path.join(control, "subsystem"))
    _write(os.path.join(control, "enabled"), "1\n")
    _write(os.path.join(folder, "name"), f"{zone.name}\n")
    _write(os.path.join(folder, "max_energy_range_uj"), f"{round(zone.range_j * 1e6)}\n")
    _write(os.path.join(folder, "energy_uj"), f"{round(_START_J * 1e6)}\n")
    counter = os.path.join(folder, "energy_uj")
    return {"path": counter, "steps": zone.steps, "range_j": zone.range_j, "start_j": _START_J, "fails": zone.fails}


def _link(target: str, place: str) -> None:
    if not os.path.lexists(place):
        os.symlink(target, place)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
