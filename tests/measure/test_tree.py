"""A process tree's CPU time, memory and bytes are counted, those of ended children included."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from vatio.measure import HostMeter, ProcessTree

BUSY = "import time\nwhile time.process_time() < {}: pass\n"


def burn(cpu_s: float) -> None:
    begin_s = time.process_time()
    while time.process_time() - begin_s < cpu_s:
        pass


def until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + 60.0
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.02)
    assert condition()


def test_the_trees_own_cpu_time_counts_from_its_making() -> None:
    burn(0.05)
    tree = ProcessTree()
    before_s = time.process_time()
    burn(0.1)

    assert tree.read().cpu_s == pytest.approx(time.process_time() - before_s, abs=0.01)


def test_an_ended_child_stays_counted() -> None:
    tree = ProcessTree()
    before_s = tree.read(rescan=True).cpu_s
    subprocess.run([sys.executable, "-c", BUSY.format(0.3)], check=True)

    assert tree.read(rescan=True).cpu_s - before_s == pytest.approx(0.33, abs=0.08)


def test_a_grandchild_counts_while_it_lives_and_after() -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY.format(0.3)!r}])\n"
    tree = ProcessTree(rescan_s=0.0)
    child = subprocess.Popen([sys.executable, "-c", code])
    until(lambda: len(tree.pids()) >= 3 if tree.read() else False)
    until(lambda: tree.read().cpu_s > 0.2)
    child.wait()

    assert tree.read().cpu_s >= 0.3


def test_an_orphan_is_followed_and_stays_counted_when_it_has_ended(tmp_path: Path) -> None:
    # Each waits to be told: on a busy machine any number of seconds may be too few for the tree to see it.
    waits = "import os, time\ndef wait(name):\n    while not os.path.exists(name): time.sleep(0.01)\n"
    grandchild = f"{waits}open('pid', 'w').write(str(os.getpid()))\nwait('orphaned')\n{BUSY.format(0.4)}wait('counted')\n"
    code = f"import subprocess, sys\n{waits}subprocess.Popen([sys.executable, '-c', {grandchild!r}])\nwait('seen')\n"
    tree = ProcessTree(rescan_s=0.0)
    child = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
    orphan = int((tmp_path / "pid").read_text())
    until(lambda: orphan in tree.pids() if tree.read() else False)
    (tmp_path / "seen").touch()
    child.wait()
    (tmp_path / "orphaned").touch()
    until(lambda: tree.read().cpu_s >= 0.35)
    (tmp_path / "counted").touch()

    until(lambda: is_gone(orphan) and orphan not in tree.pids() if tree.read() else False)
    assert tree.read().cpu_s >= 0.35


def is_gone(orphan: int) -> bool:
    """Tell whether an orphan has ended, and reap it: where this process adopts orphans, nobody else does."""
    with suppress(ChildProcessError):
        os.waitpid(orphan, os.WNOHANG)
    return not Path(f"/proc/{orphan}").exists()


def test_a_grandchild_that_its_parent_waited_for_between_two_looks_counts_once() -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY.format(0.3)!r}])\n"
    tree = ProcessTree(own=False, rescan_s=0.0)
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ)
    tree.add(pid)
    until(lambda: len(tree.pids()) == 2 and tree.read().cpu_s > 0.15 if tree.read() else False)
    _, _, usage = os.wait4(pid, 0)
    tree.ended(pid, usage.ru_utime + usage.ru_stime)

    assert tree.pids() == ()
    assert tree.read().cpu_s == pytest.approx(usage.ru_utime + usage.ru_stime)


def test_what_was_used_never_becomes_less() -> None:
    tree, seen = ProcessTree(rescan_s=0.0), [0.0]
    children = [subprocess.Popen([sys.executable, "-c", BUSY.format(0.1)]) for _ in range(3)]
    while any(child.poll() is None for child in children):
        seen.append(tree.read().cpu_s)
        time.sleep(0.005)

    assert seen == sorted(seen)


def test_a_process_that_is_not_ours_is_left_out() -> None:
    tree = ProcessTree(rescan_s=0.0)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    tree.not_ours.add(child.pid)
    tree.read(rescan=True)
    found = child.pid in tree.pids()
    child.kill()
    child.wait()

    assert not found


def test_a_rank_counts_from_when_it_came_until_it_leaves() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time\n" + BUSY.format(30.0)])
    until(lambda: int(Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[11]) > 20)
    tree = ProcessTree(own=False, rescan_s=0.0)
    tree.add(child.pid, from_now=True)
    first_s = tree.read().cpu_s
    until(lambda: tree.read().cpu_s > 0.1)
    tree.drop(child.pid)
    left_s = tree.read().cpu_s
    time.sleep(0.1)
    last_s = tree.read().cpu_s
    child.kill()
    child.wait()

    assert first_s < 0.1
    assert left_s == last_s >= 0.1


def test_the_exact_cpu_time_of_a_child_that_was_waited_for_replaces_the_counted_one() -> None:
    tree = ProcessTree(own=False)
    child = subprocess.Popen([sys.executable, "-c", BUSY.format(0.1)])
    tree.add(child.pid)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    tree.ended(child.pid, usage.ru_utime + usage.ru_stime)

    assert tree.read().cpu_s == pytest.approx(usage.ru_utime + usage.ru_stime)


def test_bytes_and_memory_of_the_tree_are_counted(tmp_path: Path) -> None:
    tree = ProcessTree()
    before = tree.read(rescan=True)
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    (tmp_path / "file").write_bytes(bytes(8 << 20))
    after = tree.read(rescan=True)

    assert after.memory_bytes - before.memory_bytes >= 60 << 20
    assert after.written_bytes - before.written_bytes == pytest.approx(8 << 20, rel=0.01)
    peak = tree.peak_bytes()
    assert peak is not None
    assert peak >= after.memory_bytes - (1 << 20)


def test_reading_keeps_no_more_descriptors_than_a_few_a_process() -> None:
    tree = ProcessTree(rescan_s=0.0)
    before = len(os.listdir("/proc/self/fd"))
    children = [subprocess.Popen(["sleep", "30"]) for _ in range(40)]
    tree.read(rescan=True)
    opened = len(os.listdir("/proc/self/fd")) - before
    followed = len(tree.pids())
    for child in children:
        child.kill()
        child.wait()
    tree.read(rescan=True)

    assert followed == 41
    assert opened < 100
    assert len(tree.pids()) == 1


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_the_host_is_read_from_its_files(tmp_path: Path) -> None:
    write(tmp_path, "proc/stat", "cpu  100 20 30 800 40 5 5 200 7 0\ncpu0 1 2 3\n")
    write(tmp_path, "proc/meminfo", "MemTotal:       1000 kB\nMemFree:        100 kB\nMemAvailable:   400 kB\nBuffers: 1 kB\n")
    head = "Inter-| Receive | Transmit\n face |bytes packets |bytes packets\n"
    lines = "    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 300 1 0 0 0 0 0 0 70 1 0 0 0 0 0 0\n"
    write(tmp_path, "proc/net/dev", head + lines)
    write(tmp_path, "sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq", "2000000\n")
    write(tmp_path, "sys/devices/system/cpu/cpufreq/policy1/scaling_cur_freq", "3000000\n")
    write(tmp_path, "sys/class/thermal/thermal_zone0/type", "x86_pkg_temp\n")
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", "54000\n")
    meter = HostMeter(proc=str(tmp_path / "proc"), sys=str(tmp_path / "sys"))
    values = dict(zip((channel.name for channel in meter.channels), meter.read(), strict=True))
    meter.close()

    assert values == {
        "cpu.busy_s": 1.6,
        "cpu.total_s": 12.0,
        "cpu.clock_hz": 2.5e9,
        "cpu.temperature_celsius": 54.0,
        "memory.used_bytes": 600.0 * 1024,
        "net.sent_bytes": 70.0,
        "net.received_bytes": 300.0,
    }


def test_a_host_without_files_has_holes_and_not_zeros(tmp_path: Path) -> None:
    meter = HostMeter(proc=str(tmp_path), sys=str(tmp_path))

    assert meter.read() == [None] * len(meter.channels)


def test_the_clock_of_a_virtual_machine_is_read_once_and_one_that_moves_at_every_sample(tmp_path: Path) -> None:
    seen = []
    for flags in ("fpu sse2", "fpu aperfmperf sse2"):
        write(tmp_path, "cpuinfo", f"processor\t: 0\ncpu MHz\t\t: 2000.5\nflags\t\t: {flags}\n\n")
        meter = HostMeter(proc=str(tmp_path), sys=str(tmp_path))
        write(tmp_path, "cpuinfo", f"processor\t: 0\ncpu MHz\t\t: 3000.0\nflags\t\t: {flags}\n\n")
        seen.append(meter.read()[2])
        meter.close()

    assert seen == [2.0005e9, 3.0e9]


def test_a_host_with_more_interfaces_than_a_page_holds_counts_them_all(tmp_path: Path) -> None:
    lines = "".join(f"veth{number:04d}: 1000 1 0 0 0 0 0 0 100 1 0 0 0 0 0 0\n" for number in range(500))
    write(tmp_path, "net/dev", f"Inter-| Receive | Transmit\n face |bytes packets |bytes packets\n{lines}")
    meter = HostMeter(proc=str(tmp_path), sys=str(tmp_path))
    sent_bytes, received_bytes = meter.read()[5:]
    meter.close()

    assert (sent_bytes, received_bytes) == (50_000.0, 500_000.0)


def test_all_children_of_a_process_are_found_though_the_kernel_lists_a_page_of_them_at_once() -> None:
    tree = ProcessTree(rescan_s=0.0)
    code = "import os, time\nfor _ in range(900):\n    if os.fork() == 0:\n        time.sleep(60)\n        os._exit(0)\n"
    parent = subprocess.Popen([sys.executable, "-c", f"{code}time.sleep(60)"], start_new_session=True)
    try:
        until(lambda: len(tree.pids()) >= 902 if tree.read() else False)
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
    tree.close()
