"""Let Slurm hold a job until its plan begins: sbatch --begin of `vatio run --plan ID`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence

from vatio.errors import MeasureError, Refused
from vatio.plan.engines._local import MARK
from vatio.plan.engines._order import Filed

_VATIO = (sys.executable, "-m", "vatio")
_WAITING = ("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "SUSPENDED", "SPECIAL_EXIT")
_RUNNING = ("RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING")
_PATIENCE_S = 30.0
_NOT_PASSED = ("VATIO_RUN", "VATIO_SPOOL", "VATIO_BOOT")


class SlurmEngine:
    """Submit by sbatch, ask by squeue, take back by scancel. ``more`` are sbatch's own options (--partition=gpu)."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        vatio: Sequence[str] = _VATIO,
        words: Sequence[str] = (),
        more: Sequence[str] = (),
    ) -> None:
        self._environ = {name: value for name, value in environ.items() if name not in _NOT_PASSED}
        self._vatio, self._words, self._more = tuple(vatio), tuple(words), tuple(more)

    def submit(self, filed: Filed) -> str:
        """Submit, and give the job's number.

        Raises:
            Refused: Slurm is not installed, or refuses; its own words say why.
        """
        done = self._asked(self.sbatch(filed))
        if isinstance(done, str):
            raise Refused(f"sbatch: {done}", hint="is Slurm installed here, and does slurmctld answer? else --engine local")
        if done.returncode:
            said = done.stderr.strip().splitlines()
            raise Refused(said[-1] if said else f"sbatch ended with code {done.returncode}", hint="--slurm=... passes options")
        return done.stdout.strip().partition(";")[0]

    def sbatch(self, filed: Filed) -> tuple[str, ...]:
        """Give the words of the submission. Slurm reads times without an offset as local ones."""
        order = filed.order
        begin = order.plan.start.astimezone().strftime("%Y-%m-%dT%H:%M:%S")
        carried_out = shlex.join([*self._vatio, "run", *self._words, "--plan", order.id])
        own = ("--parsable", f"--begin={begin}", f"--chdir={order.folder}", f"--job-name=vatio-{order.id[-8:]}")
        # Its wishes come last: of an option that is given twice Slurm takes the last.
        return ("sbatch", *own, f"--comment=vatio plan {order.id}", *self._more, f"--wrap={MARK}={order.id} exec {carried_out}")

    def standing(self, filed: Filed) -> str:
        """Ask squeue; a job that it does not know any more is gone."""
        done = self._asked(("squeue", "--noheader", f"--jobs={filed.ticket or 0}", "--format=%T", "--states=all"))
        if isinstance(done, str):
            return "unknown"
        if done.returncode:
            return "gone" if "Invalid job id" in done.stderr else "unknown"
        state = (done.stdout.split() or [""])[0]
        return "waiting" if state in _WAITING else "running" if state in _RUNNING else "gone"

    def cancel(self, filed: Filed) -> None:
        """Ask scancel.

        Raises:
            MeasureError: it cannot be asked, or refuses.
        """
        done = self._asked(("scancel", filed.ticket or ""))
        if isinstance(done, str) or done.returncode:
            said = done if isinstance(done, str) else done.stderr.strip()
            raise MeasureError(f"scancel {filed.ticket}: {said}", hint="the job will find its plan taken back, and not run")

    def _asked(self, command: Sequence[str]) -> subprocess.CompletedProcess[str] | str:
        try:
            return subprocess.run(
                command, env=self._environ, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, errors="replace"
            )
        except FileNotFoundError:
            return f"{command[0]} is not installed"
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
