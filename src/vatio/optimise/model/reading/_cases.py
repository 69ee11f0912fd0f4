"""Read labelled cases, and part them into those to fit, to select and to certify."""

from __future__ import annotations

from typing import Any

from vatio.errors import UsageError
from vatio.optimise.model._task import Cases, Parted, part
from vatio.optimise.model.reading._case_files import Raw, read_raw
from vatio.plugins import require

_MOST_CLASSES = 200
_FEWEST_TO_FIT = 10


def read_cases(
    given: str,
    *,
    target: str = "",
    batches: tuple[int, ...] = (1, 32),
    seed: int = 0,
    needs_text: bool = False,
    classes: tuple[Any, ...] | None = None,
    wants: str = "",
) -> Parted:
    """Read FILE.csv, FILE.npz, or what module:function gives, and part it into cases to fit, to select and to certify.

    A CSV's ``target`` is its column of labels; a column ``split`` marks the rows that the model was trained on (train), and
    its one column of text, or with ``needs_text`` its longest, is given as texts. An .npz has X and y, and X_train and
    y_train where training cases are marked; a function gives ``(x, y)`` or a mapping of these names. ``classes`` are the
    model's, none for values, where it says them; ``wants`` is "classes" or "values" where the metric tells, else the labels do.

    Raises:
        UsageError: it is not there, cannot be read safely, or its labels do not fit.
    """
    raw = read_raw(given, target=target, needs_text=needs_text)
    names, labels = _labels(raw, classes, wants)
    fit = None if raw.x_train is None else Cases(x=raw.x_train, y=labels[len(raw.y) :])
    _check_train(raw)
    parted = part(names, Cases(x=raw.x, y=labels[: len(raw.y)]), fit=fit, batches=batches, seed=seed)
    return Parted(task=parted.task, certify=parted.certify, notes=(*raw.notes, *_leaked(raw), *parted.notes))


def _check_train(raw: Raw) -> None:
    if raw.x_train is None:
        return
    if isinstance(raw.x, list) is not isinstance(raw.x_train, list) or (
        not isinstance(raw.x, list) and raw.x.shape[1:] != raw.x_train.shape[1:]
    ):
        raise UsageError(
            f"{raw.source}: training cases are not of the same form as the others", hint="the same columns in both"
        )
    if len(raw.x_train) < _FEWEST_TO_FIT:
        raise UsageError(f"{raw.source} has {len(raw.x_train)} training cases", hint="ten at least, or mark none")


def _leaked(raw: Raw) -> tuple[str, ...]:
    """Say how many of the unseen cases are training cases too: what is certified on these is not certain."""
    if raw.x_train is None:
        return ()
    seen = set(map(_key, raw.x_train))
    shared = sum(_key(case) in seen for case in raw.x)
    return (f"{shared} of {len(raw.y)} cases that certify or select are training cases too",) if shared else ()


def _key(case: Any) -> Any:
    if isinstance(case, str):
        return case
    return tuple(case.tolist()) if case.dtype == object else case.tobytes()


def _labels(raw: Raw, classes: tuple[Any, ...] | None, wants: str) -> tuple[tuple[Any, ...], Any]:
    """Give the classes, none for values, and all labels: of the unseen cases, then of the train ones."""
    numpy = require("numpy", extra="optimise")
    y = raw.y if raw.y_train is None else numpy.concatenate([raw.y, raw.y_train])
    if y.dtype.kind == "O":
        y = numpy.array([str(one) for one in y.tolist()])
    if y.dtype.kind == "f" and not numpy.isfinite(y).all():
        raise UsageError(
            f"{raw.source}: {int((~numpy.isfinite(y)).sum())} cases have no label", hint="take these cases out first"
        )
    if classes == () or (classes is None and (wants == "values" or (not wants and _are_values(y)))):
        return (), _numbers(raw.source, y)
    if y.dtype.kind == "f" and (y == y.round()).all():
        y = y.astype(numpy.int64)
    names = classes or _names(y)
    if len(names) < 2:
        raise UsageError(f"{raw.source} has one class only", hint="is it the right column of labels?")
    if len(names) > _MOST_CLASSES and not classes:
        raise UsageError(f"{raw.source} has {len(names)} different labels", hint="of a quantity? --metric r2")
    places = _places(raw.source, y, names)
    if len(numpy.unique(places[: len(raw.y)])) < 2:
        raise UsageError(f"{raw.source}: all labels are of one class", hint="give cases of each: one class tells nothing apart")
    return names, places


def _names(y: Any) -> tuple[Any, ...]:
    """Name the classes in order; whole numbers from 0 are a network's columns, and one of them may not occur."""
    numpy = require("numpy", extra="optimise")
    found = tuple(numpy.unique(y).tolist())
    if y.dtype.kind in "iu" and found[0] == 0 and found[-1] < _MOST_CLASSES:
        return tuple(range(found[-1] + 1))
    return found


def _are_values(y: Any) -> bool:
    numpy = require("numpy", extra="optimise")
    if y.dtype.kind == "f":
        return bool((y != y.round()).any()) or len(numpy.unique(y)) > _MOST_CLASSES
    return y.dtype.kind in "iu" and len(numpy.unique(y)) > _MOST_CLASSES


def _numbers(source: str, y: Any) -> Any:
    if y.dtype.kind not in "iufb":
        raise UsageError(f"{source}: labels are text and the metric is of values", hint="--metric accuracy")
    return y.astype(float)


def _places(source: str, y: Any, names: tuple[Any, ...]) -> Any:
    numpy = require("numpy", extra="optimise")
    place = {name: at for at, name in enumerate(names)}
    # A CSV's or a model's labels may be text of what the other has as numbers.
    by_text = {str(name): at for at, name in enumerate(names)}
    found = [place.get(one, by_text.get(str(one), -1)) for one in y.tolist()]
    strange = sorted({str(one) for one, at in zip(y.tolist(), found, strict=True) if at < 0})
    if strange:
        raise UsageError(
            f"{source} has labels that the model does not know: {', '.join(strange)[:80]}",
            hint=f"it knows {', '.join(map(str, names))[:120]}",
        )
    return numpy.array(found, dtype=numpy.int64)
