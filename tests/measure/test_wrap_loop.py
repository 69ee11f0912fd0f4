import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vatio.measure.wrap._loop import open_pidfd

WRAPPER = (sys.executable, str(Path(__file__).with_name("bare_wrapper.py")))
MODES = pytest.mark.parametrize("mode", ["kernel", "pipe", "broken"])


def wrapped(mode: str, *command: str, **more: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*WRAPPER, mode, *command], capture_output=True, text=True, timeout=20, **more)  # type: ignore[call-overload, no-any-return]


@contextmanager
def started(mode: str, *command: str, **more: object) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    process = subprocess.Popen([*WRAPPER, mode, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload]
    with process:
        assert process.stderr is not None
        child = int(process.stderr.readline().split()[1])
        try:
            yield process, child
        finally:
            process.kill()


def ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


@MODES
@pytest.mark.parametrize("code", [0, 1, 3, 77, 125, 126, 127, 130, 255])
def test_the_exit_code_is_the_childs(mode: str, code: int) -> None:
    assert wrapped(mode, "sh", "-c", f"exit {code}").returncode == code


@MODES
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM, signal.SIGABRT])
def test_a_signal_that_ends_the_child_is_128_and_its_number(mode: str, number: int) -> None:
    assert wrapped(mode, "sh", "-c", f"ulimit -c 0; kill -{int(number)} $$").returncode == 128 + number


@MODES
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_sent_to_the_wrapper_reaches_the_child(mode: str, number: int) -> None:
    script = f"trap 'exit 42' {int(number)}; echo ready; while :; do sleep 0.05; done"
    with started(mode, "sh", "-c", script) as (process, _):
        ready(process)
        process.send_signal(number)
        assert process.wait(10) == 42


@pytest.mark.parametrize("mode", ["kernel", "pipe"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_that_a_process_sends_reaches_the_child_once(mode: str, number: int) -> None:
    script = f"n=0; trap 'n=$((n+1))' {int(number)}; trap 'exit $n' TERM; echo ready; while :; do sleep 0.05; done"
    with started(mode, "sh", "-c", script, start_new_session=True) as (process, _):
        ready(process)
        process.send_signal(number)
        time.sleep(0.3)
        process.terminate()
        assert process.wait(10) == 1


@pytest.mark.terminal
@pytest.mark.parametrize("mode", ["kernel", "pipe"])
def test_ctrl_c_on_a_terminal_reaches_the_child_once_and_the_wrapper_outlives_it(mode: str) -> None:
    script = "n=0; trap 'n=$((n+1))' INT; echo ready; i=0; while [ $i -lt 8 ]; do sleep 0.05; i=$((i+1)); done; exit $((40+n))"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(WRAPPER[0], [*WRAPPER, mode, "sh", "-c", script])
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, b"\x03")
    time.sleep(0.1)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 41


@pytest.mark.terminal
def test_a_terminal_that_goes_away_is_told_to_the_child_of_a_session_leader(tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        script = f"trap 'echo gone > {tmp_path}/gone; exit 3' HUP; echo ready; while :; do sleep 0.05; done"
        os.execv(WRAPPER[0], [*WRAPPER, "kernel", "sh", "-c", script])
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1024)
    os.close(terminal)
    os.waitpid(pid, 0)
    assert (tmp_path / "gone").exists()


def test_a_workload_that_signals_its_own_group_is_not_signalled_twice() -> None:
    script = "n=0; trap 'n=$((n+1))' TERM; kill -TERM 0; for i in 1 2 3 4 5 6; do sleep 0.05; done; exit $((40+n))"
    assert wrapped("kernel", "sh", "-c", script, start_new_session=True).returncode == 41


@pytest.mark.parametrize("mode", ["kernel", "pipe"])
def test_an_ignored_signal_stays_ignored_in_the_child(mode: str) -> None:
    ignore = "trap '' HUP; exec \"$@\""
    show = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    done = subprocess.run(
        ["sh", "-c", ignore, "sh", *WRAPPER, mode, sys.executable, "-c", show], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "True\n")


@MODES
def test_the_child_has_the_signal_mask_and_dispositions_of_a_shells_child(mode: str) -> None:
    show = "grep -E 'SigBlk|SigIgn' /proc/self/status"
    plain = subprocess.run(["sh", "-c", show], capture_output=True, text=True)
    assert signals(wrapped(mode, "sh", "-c", show).stdout) == signals(plain.stdout)


def signals(status: str) -> dict[str, int]:
    """Read the masks in a status, without signals 32 and 33: glibc keeps them for itself, and its posix_spawn (by which
    vatio starts a child, and make starts this test) leaves them ignored."""
    lines = (line.split(":") for line in status.splitlines())
    return {name: int(mask, 16) & ~(0b11 << 31) for name, mask in lines}


def test_a_reader_that_goes_away_ends_the_child_by_sigpipe() -> None:
    script = f"'{WRAPPER[0]}' '{WRAPPER[1]}' kernel yes 2>/dev/null; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({script}) | head -1"], capture_output=True, text=True, timeout=10)
    assert done.stderr.strip() == str(128 + signal.SIGPIPE)


def test_the_child_shares_group_session_and_descriptors() -> None:
    show = "import os; up = os.getppid(); print(os.getpgrp() == os.getpgid(up), os.getsid(0) == os.getsid(up))"
    show += "; print(os.fstat(7).st_size > 0)"
    with open(__file__, "rb") as file:
        number = file.fileno()
        done = wrapped("kernel", sys.executable, "-c", show.replace("7", str(number)), pass_fds=(number,))
    assert done.stdout == "True True\nTrue\n"


def test_no_descriptor_of_the_wrapper_leaks_into_the_child() -> None:
    done = wrapped("kernel", "sh", "-c", "ls /proc/$$/fd")
    assert done.stdout.split() == ["0", "1", "2"]


def test_stdin_goes_to_the_child_untouched() -> None:
    assert wrapped("kernel", "cat", input="one\ntwo\n").stdout == "one\ntwo\n"


def test_an_orphan_of_the_workload_is_reaped_and_its_cpu_time_told(tmp_path: Path) -> None:
    burn = f"import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\nopen('{tmp_path}/over', 'w')"
    script = f'(({sys.executable} -c "{burn}") &) ; while [ ! -e {tmp_path}/over ]; do sleep 0.05; done; sleep 0.5'
    done = wrapped("kernel", "sh", "-c", script)
    told = [float(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("orphan")]
    assert 0.2 <= sum(told) <= 0.4


def test_the_wrapper_returns_when_the_child_exits_and_survivors_go_on(tmp_path: Path) -> None:
    begin_s = time.monotonic()
    script = f"(sleep 0.6; echo alive > {tmp_path}/alive) >/dev/null 2>&1 & exit 5"
    assert wrapped("kernel", "sh", "-c", script).returncode == 5
    assert time.monotonic() - begin_s < 0.5
    time.sleep(0.9)
    assert (tmp_path / "alive").exists()


def test_job_control_stops_and_continues_both() -> None:
    with started("kernel", "sh", "-c", "echo ready; sleep 0.5; exit 7", process_group=0) as (process, child):
        ready(process)
        time.sleep(0.1)  # a shell that is stopped between its vfork and the exec stands in D, not in T
        os.killpg(process.pid, signal.SIGTSTP)
        end_s = time.monotonic() + 5.0
        while [state(process.pid), state(child)] != ["T", "T"] and time.monotonic() < end_s:
            time.sleep(0.02)
        assert [state(process.pid), state(child)] == ["T", "T"]
        os.killpg(process.pid, signal.SIGCONT)
        assert process.wait(10) == 7


def test_a_wrapper_that_is_killed_leaves_its_child_alone(tmp_path: Path) -> None:
    with started("kernel", "sh", "-c", f"sleep 0.4; echo done > {tmp_path}/done") as (process, child):
        process.kill()
        process.wait()
        time.sleep(0.1)
        assert state(child) in "SR"
        time.sleep(0.6)
        assert (tmp_path / "done").exists()


def test_without_pidfd_there_is_no_descriptor() -> None:
    def refuse(_pid: int) -> int:
        raise OSError(38, "Function not implemented")

    assert open_pidfd(os.getpid(), pidfd_open=refuse) is None


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
