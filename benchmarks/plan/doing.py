"""Hold a real job to its green start, by Slurm and by the local waiter, undisturbed and killed meanwhile: plan-14.

A case fails unless the job starts in its clean slot and not before, once; ends; is measured; and stands in the ledger under the
plan's id, with its plan. Slurm is a real one on loopback (see ``_slurm``).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._row import Row
from benchmarks.plan._slurm import Cluster, cluster, lacks

_COMMAND = "make bench TOPIC=plan ONLY=plan-14"
_VATIO = (sys.executable, "-m", "vatio")
_AHEAD_S, _CLEAN_S, _SLOT_S = 12.0, 60.0, 4.0
_JOB = "import time; open('begun', 'a').write(f'{time.time()}\\n'); time.sleep(1.0)"
_PATIENCE_S = 90.0


def rows(peers: bool) -> list[Row]:
    """Run the four cases; without Slurm its two cannot be run, and the row says so."""
    missing = lacks()
    cases: dict[str, Callable[[Path], str]] = {"local": _local, "local, waiter killed": _local_killed}
    if not missing:
        cases |= {"slurm": _slurm, "slurm, slurmctld killed": _slurm_killed}
    with tempfile.TemporaryDirectory() as folder:
        told = {name: case(Path(folder) / f"case{at}") for at, (name, case) in enumerate(cases.items())}
    why = "; ".join(f"{name}: {text or 'held'}" for name, text in told.items())
    failed = float(sum(bool(text) for text in told.values()))
    return [
        Row(
            id="plan-14",
            what="a job held to its green start, ended, measured, recorded with its plan: failures of 4",
            relation="<=",
            limit=0.0,
            got=None if missing else failed,
            unit="cases",
            command=_COMMAND,
            why=f"{why}; {missing}" if missing else why,
        )
    ]


def _local(folder: Path) -> str:
    begin_s = _curve(folder)
    done = _vatio(folder, *_order(), timeout_s=_PATIENCE_S)
    return f"exit {done.returncode}: {done.stderr[-300:]}" if done.returncode else _judged(folder, begin_s)


def _local_killed(folder: Path) -> str:
    begin_s = _curve(folder)
    waiter = subprocess.Popen(
        (*_VATIO, *_order()), cwd=folder, env=_environ(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _until(lambda: _states(folder) == ["waiting"])
    waiter.send_signal(signal.SIGKILL)
    waiter.wait()
    if _states(folder) != ["stale"]:
        return f"after the kill it is {_states(folder)}, not stale"
    plan = _plans(folder)[0]["id"]
    done = _vatio(folder, "run", "--plan", str(plan), timeout_s=_PATIENCE_S)
    return f"exit {done.returncode}: {done.stderr[-300:]}" if done.returncode else _judged(folder, begin_s)


def _slurm(folder: Path) -> str:
    with cluster(folder / "slurm") as found:
        return _by_slurm(folder, found, lambda: None)


def _slurm_killed(folder: Path) -> str:
    with cluster(folder / "slurm") as found:

        def disturb() -> None:
            found.kill_controller()
            time.sleep(2.0)
            found.start_controller()

        return _by_slurm(folder, found, disturb)


def _by_slurm(folder: Path, found: Cluster, disturb: Callable[[], None]) -> str:
    begin_s = _curve(folder)
    environ = {**_environ(folder), "SLURM_CONF": found.environ["SLURM_CONF"]}
    done = _vatio(folder, *_order("--engine", "slurm"), environ=environ)
    if done.returncode:
        return f"not taken: {done.stderr[-300:]}"
    time.sleep(1.0)
    disturb()
    _until(lambda: _states(folder, environ) == ["finished"])
    return _judged(folder, begin_s, environ)


def _order(*more: str) -> tuple[str, ...]:
    given = ("--duration", "3s", "--slack", "50s", "--power-w", "50", "--curve", "curve.csv", "--zone", "ES")
    return ("run", "--when", "green", *given, *more, "--", sys.executable, "-c", _JOB)


def _curve(folder: Path) -> float:
    """Write a curve whose clean time begins some seconds ahead; give when."""
    folder.mkdir(exist_ok=True)
    (folder / ".vatio").mkdir()
    first_s = time.time() // _SLOT_S * _SLOT_S
    clean_s = first_s + _AHEAD_S + _SLOT_S
    starts_s = [first_s + _SLOT_S * at for at in range(60)]
    rows = [(at, 50.0 if clean_s <= at < clean_s + _CLEAN_S else 500.0) for at in starts_s]
    lines = [f"{datetime.fromtimestamp(at, UTC).isoformat()},{value}" for at, value in rows]
    (folder / "curve.csv").write_text("\n".join(["start,g_per_kwh", *lines]) + "\n")
    return clean_s


def _judged(folder: Path, begin_s: float, environ: Mapping[str, str] | None = None) -> str:
    """Say what is wrong; nothing where all is as promised."""
    begun_s = [float(line) for line in (folder / "begun").read_text().split()] if (folder / "begun").exists() else []
    if len(begun_s) != 1:
        return f"it ran {len(begun_s)} times"
    if not begin_s - 0.5 <= begun_s[0] <= begin_s + _CLEAN_S:
        return f"it began {begun_s[0] - begin_s:+.1f} s from its green start"
    plan = _plans(folder, environ)[0]
    shown = _vatio(folder, "runs", "show", str(plan["id"]), "--json", environ=environ)
    if shown.returncode:
        return f"no run under the plan's id: {shown.stderr[-300:]}"
    run = json.loads(shown.stdout)
    entries = {entry["hash"] for entry in run["entries"] if entry["kind"] == "plan"}
    checks = {
        "not finished": run["status"] != "finished" or run["exit_code"] != 0,
        "not sealed": not run["sealed"],
        "not measured": run["cpu_s"] is None or not run["components"],
        "not joined to its plan": run["plan"] not in entries,
        "not accounted by the hour": run["intensity_g_per_kwh"]["value"] != 50.0,
        "the chain does not verify": _vatio(folder, "ledger", "verify", environ=environ).returncode != 0,
    }
    return ", ".join(name for name, is_wrong in checks.items() if is_wrong)


def _states(folder: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    return [str(plan["state"]) for plan in _plans(folder, environ)]


def _plans(folder: Path, environ: Mapping[str, str] | None = None) -> list[dict[str, object]]:
    done = _vatio(folder, "plan", "list", "--json", environ=environ)
    found: list[dict[str, object]] = json.loads(done.stdout)["plans"] if done.returncode == 0 else []
    return found


def _vatio(
    folder: Path, *words: str, environ: Mapping[str, str] | None = None, timeout_s: float = 30.0
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*_VATIO, *words),
        cwd=folder,
        env=environ or _environ(folder),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VATIO_", "SLURM_"))}
    homes = {f"XDG_{name.upper()}_HOME": str(folder / name) for name in ("config", "data", "state")}
    return {**kept, **homes}


def _until(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + _PATIENCE_S
    while not is_so() and time.monotonic() < until_s:
        time.sleep(0.5)
