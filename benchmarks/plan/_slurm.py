"""Start a Slurm of one's own on loopback: munged, slurmctld and slurmd on free ports; end only what was started."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# slurmctld looks at its queue once a minute unless told otherwise; a start a few seconds ahead is not to wait for that.
_CONF = """
ClusterName=vatio
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld_port}
SlurmdPort={slurmd_port}
SlurmUser={user}
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldTimeout=5
SlurmdTimeout=60
KillWait=2
MinJobAge=300
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:8
"""
_PATIENCE_S = 30.0


def lacks() -> str:
    """Say what is missing for a Slurm of one's own; empty when nothing is."""
    lacking = [name for name in ("slurmctld", "slurmd", "sbatch", "munged") if not _program(name)]
    if lacking:
        return f"{', '.join(lacking)} not installed"
    return "" if os.geteuid() == 0 else "slurmd needs root"


class Cluster:
    """Hold a running Slurm; ``environ`` lets sbatch and its like find it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all three and wait until the node is there."""
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        (self.folder / "munge.key").write_bytes(os.urandom(128))
        (self.folder / "munge.key").chmod(0o400)
        host = socket.gethostname().partition(".")[0]
        ports = _free_ports(2)
        conf = _CONF.format(
            host=host, user="root", folder=self.folder, ctld_port=ports[0], slurmd_port=ports[1], cpus=os.cpu_count() or 1
        )
        (self.folder / "slurm.conf").write_text(conf)
        self._start("munged", "--foreground", "--force", f"--key-file={self.folder}/munge.key",
                    f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munged.pid",
                    f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed")  # fmt: skip
        _until(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.start_controller()
        self._start("slurmd", "-D", "-N", host)
        _until(self._is_up, "the node", self.folder / "slurmctld.log")

    def start_controller(self) -> None:
        """Start slurmctld, or start it again."""
        self._start("slurmctld", "-D")

    def kill_controller(self) -> None:
        """Kill slurmctld as a crash would."""
        self._started["slurmctld"].kill()
        self._started.pop("slurmctld").wait()

    def stop(self) -> None:
        """End what was started, the last first."""
        for name in ("slurmd", "slurmctld", "munged"):
            process = self._started.pop(name, None)
            if process is not None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def asked(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of Slurm's commands."""
        return subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)

    def _is_up(self) -> bool:
        return self.asked("sinfo", "--noheader", "--format=%t").stdout.strip() == "idle"

    def _start(self, name: str, *words: str) -> None:
        with open(self.folder / f"{name}.out", "ab") as out:
            self._started[name] = subprocess.Popen(
                (_program(name) or name, *words), env=self.environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start a Slurm in an empty folder, and end it."""
    folder.mkdir(parents=True, exist_ok=True)
    # munged trusts no folder that others may write to.
    folder.chmod(0o755)
    found = Cluster(folder)
    try:
        found.start()
        yield found
    finally:
        found.stop()


def _until(is_so: object, what: str, log: Path | None = None) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while not is_so():  # type: ignore[operator]
        if time.monotonic() > until_s:
            told = log.read_text()[-1500:] if log is not None and log.exists() else ""
            raise RuntimeError(f"{what} does not come up\n{told}")
        time.sleep(0.1)


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
