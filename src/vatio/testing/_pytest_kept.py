"""Compare one test with its kept baseline: a gate whose command is pytest with that test alone."""

from __future__ import annotations

import os
import sys

from vatio.config import load_config
from vatio.govern.gate import GateOutcome, GateRequest, parse_reference, run_gate
from vatio.records import Verdict
from vatio.testing._pytest_asked import Asked


def against_kept(node: str, asked: Asked, *, folder: str) -> tuple[Verdict, str]:
    """Judge a test against the baseline that was kept for it on this branch and this machine; give the reason too.

    Raises:
        UnknownName: none was kept.
        MeasureError: it was kept on another machine or measured in another way, or the test alone fails.
    """
    found = _gated(_request(node, asked, folder, against=f"baseline:{baseline_name(node)}"), folder)
    return found.verdict, found.reason


def save_kept(node: str, asked: Asked, *, folder: str) -> str:
    """Keep what a test costs now as its baseline, and say so.

    Raises:
        MeasureError: the test alone fails, or cannot be measured.
    """
    found = _gated(_request(node, asked, folder, save=baseline_name(node)), folder)
    return f"its baseline is kept in {found.recorded_in or 'the ledger'}"


def baseline_name(node: str) -> str:
    """Name the baseline of a test.

    >>> baseline_name("tests/test_fit.py::TestFit::test_fast[a:b]")
    'tests/test_fit.py > TestFit > test_fast[a;b]'
    """
    printable = "".join(letter if letter.isprintable() else "?" for letter in node)
    # The end tells tests apart where a name is longer than a baseline's may be.
    return printable.replace("::", " > ").replace(":", ";")[-200:].strip().lstrip("-")


def command_of(node: str, calls: int) -> tuple[str, ...]:
    """Write the command that runs one test alone, ``calls`` times.

    >>> command_of("tests/test_fit.py::test_fast", 20)[-3:]
    ('--vatio-calls=20', '--', 'tests/test_fit.py::test_fast')
    """
    repeat = (f"--vatio-calls={calls}",) if calls > 1 else ()
    return ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *repeat, "--", node)


def _request(node: str, asked: Asked, folder: str, *, against: str | None = None, save: str | None = None) -> GateRequest:
    return GateRequest(
        command=command_of(node, asked.calls),
        against=None if against is None else parse_reference(against),
        save_baseline=save,
        approve=save is not None,
        max_regression_ratio=asked.max_regression_ratio,
        resolution_ratio=asked.resolution_ratio,
        pairs=asked.pairs,
        folder=folder,
    )


def _gated(request: GateRequest, folder: str) -> GateOutcome:
    # `python` is this interpreter, wherever it was started from: a gate puts an arm's own before it.
    path = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)))
    environ = {**os.environ, "PATH": path}
    return run_gate(request, config=load_config(folder, environ=environ), environ=environ)
