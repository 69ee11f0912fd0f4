"""Search for a cheaper model from a terminal: read what is asked, show how it goes, write what was found."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vatio.cli._rim import Rim
from vatio.cli._terminal import flush
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model import ModelProgress, ModelRequest
    from vatio.records import Front

_OUT = "vatio-model"
_S_PER_MS, _BYTES_PER_MB = 1e-3, 1e6


def modelled(rim: Rim, model: str, options: Mapping[str, Any]) -> Front:
    """Search as asked.

    Raises:
        UsageError: an option cannot be.
    """
    from vatio.optimise.model import ModelOptions, optimise_model

    for name, word in (("cases", "--data"), ("budget", "--budget")):
        if not options[name]:
            raise UsageError(
                f"no {word} to search with", hint=f"vatio optimise model {model} --data cases.npz --budget 300cpu-s"
            )
    sys.path.insert(0, os.getcwd())
    request, config = _request(model, options), rim.config({})
    seen: list[str] = []

    def progress(latest: ModelProgress) -> None:
        seen.append(latest.run)
        rim.note(model_line(latest))

    asked = ModelOptions(
        out=Path(options["out"] or _OUT),
        environ={**config.workload.environ, **rim.environ},
        resume=options["resume"],
        progress=progress,
    )
    try:
        with _stdout_aside():
            return optimise_model(request, config=config, options=asked)
    except KeyboardInterrupt:
        if seen:
            rim.note(f"stopped; --resume {seen[-1]} goes on from here")
        raise


def _request(model: str, options: Mapping[str, Any]) -> ModelRequest:
    from vatio.optimise.model import ModelRequest, read_loss
    from vatio.optimise.search import read_budget

    loss, latency_ms, size_mb = options["max_class_loss"], options["max_latency_ms"], options["max_size_mb"]
    return ModelRequest(
        model=model,
        cases=options["cases"],
        target=options["target"],
        quality=options["metric"],
        budget=read_budget(options["budget"]),
        max_loss=read_loss(options["max_loss"]),
        confidence=options["confidence"],
        batches=_batches(options["batch"]),
        calls_per_day=options["calls_per_day"],
        days=options["days"],
        max_latency_s=None if latency_ms is None else latency_ms * _S_PER_MS,
        max_size_bytes=None if size_mb is None else size_mb * _BYTES_PER_MB,
        max_class_loss=None if loss is None else read_loss(loss),
        reach=options["change"],
        techniques=options["techniques"],
        seed=options["seed"],
        trust=options["trust"],
    )


@contextmanager
def _stdout_aside() -> Iterator[None]:
    """Send to stderr what a user's own code prints meanwhile: stdout is for what was asked."""
    try:
        kept = os.dup(1)
    except OSError:  # closed by whoever started us
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        flush()
        os.dup2(kept, 1)
        os.close(kept)


def _batches(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError:
        raise UsageError(f"batch sizes {text!r:.60}", hint="whole numbers: --batch 1,32") from None


def model_line(progress: ModelProgress) -> str:
    """Say how far a search is, in one line."""
    from vatio.optimise.search import spent_text

    latest = progress.latest
    came = (
        ", ".join(f"x{cost.times.value:.3g}" for cost in latest.costs.values()) if latest.status == "tried" else latest.status
    )
    quality = "" if latest.quality is None else f" at {latest.quality:.4g}"
    why = f": {latest.reason}" if latest.reason else ""
    best = ", ".join(f"batch {batch} x{node.costs[batch].times.value:.3g}" for batch, node in progress.best.items())
    spent = spent_text(progress.cost, progress.budget.unit)
    return f"{progress.done}. {latest.text}: {came}{quality}{why}; best {best}; {spent} of {progress.budget.text}"


def rebuilt(model: str, options: Mapping[str, Any]) -> list[str]:
    """Build the artefact of a recipe again and say where it is.

    Raises:
        UsageError: the recipe, the model or the cases are not those that it was made from, or the bytes differ.
    """
    from vatio.optimise.model import rebuild

    if not options["cases"] or not options["out"]:
        raise UsageError("a recipe needs its cases and a folder", hint="--recipe recipe.json --data cases.npz --out DIR")
    sys.path.insert(0, os.getcwd())
    out = Path(options["out"])
    with _stdout_aside():
        found = rebuild(Path(options["recipe"]), model=model, cases=options["cases"], out=out, trust=options["trust"])
    return [f"{out}: {len(found.files)} files, byte for byte those of the recipe"]
