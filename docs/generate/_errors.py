"""Write docs/reference/errors.md from the error tree."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from vatio import errors

HEAD = """# Errors

Every error that vatio raises is a `vatio.errors.VatioError`. It says what happened, its `hint` what to do, its `exit_code` what
the command line returns. Nothing is raised out of `track()`, `phase()` or `vatio run` once the workload has begun: a fault
becomes a gap with its reason.

| error | is a | exit code | what it says |
|---|---|---|---|
"""


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """Give the page of errors."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.VatioError)]
    kinds.sort(key=lambda kind: inspect.getsourcelines(kind)[1])
    rows = [f"| `{kind.__name__}` | `{kind.__base__.__name__}` | {kind.exit_code} | {_first_line(kind)} |" for kind in kinds]
    yield "docs/reference/errors.md", HEAD + "\n".join(rows)


def _first_line(kind: type) -> str:
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")
