"""List what can be done to the data: each candidate prepares a split, and what preparing costs is measured with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from vatio.optimise.data._algorithms import SCALE_BOUND, build
from vatio.optimise.data._duplicates import Duplicates
from vatio.optimise.data._scales import brought_to_scale, scales
from vatio.optimise.data._split import Prepared, Split, sample
from vatio.plugins import require

# A quarter of the columns, a quarter of the rows: where the published savings are large and the losses not yet.
_SHARE = 0.25
_FEWEST_COLUMNS = 4
# Past these a candidate costs far more than it could save.
_MOST_COLUMNS = {"mutual information": 500, "permutation": 60, "pca": 2000}
_MOST_CORESET_ROWS = 20_000

Prepare = Callable[[], Prepared]


class Candidate(NamedTuple):
    """Hold one candidate: its name, what it does, and the call that prepares the split."""

    name: str
    what: str
    prepare: Prepare


def candidates(
    held: Split, algorithm: str, *, repeated: Duplicates, knee_ratio: float | None, seed: int
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Give the candidates that this table allows, and what is not tried with the reason."""
    skipped: list[str] = []
    found = [
        *_scaled(held, algorithm),
        *_without(held, repeated),
        *_fewer_rows(held, knee_ratio, seed),
        *_fewer_columns(held, algorithm, seed, skipped),
        *_projected(held, seed, skipped),
        *_narrower(held),
    ]
    return tuple(found), tuple(skipped)


def _scaled(held: Split, algorithm: str) -> Iterator[Candidate]:
    drowning = scales(held.x_train, held.columns).drowning
    if not drowning or algorithm not in SCALE_BOUND:
        return

    def prepare() -> Prepared:
        x_train, x_test = (brought_to_scale(x, held.columns, like=held.x_train) for x in (held.x_train, held.x_test))
        return Prepared(x_train, held.y_train, x_test)

    names = ", ".join(name for name, _ in drowning[:3])
    yield Candidate("scale columns", f"bring to the scale of the others: {names}", prepare)


def _without(held: Split, repeated: Duplicates) -> Iterator[Candidate]:
    for name, rows in (("drop exact duplicates", repeated.exact), ("drop near duplicates", (*repeated.exact, *repeated.near))):
        if not rows or (name.startswith("drop near") and not repeated.near):
            continue
        kept = sorted(set(range(len(held.y_train))) - set(rows))
        if set(held.y_train[kept].tolist()) == set(held.y_train.tolist()):
            what = f"{len(rows)} of {len(held.y_train)} rows repeat others; finding them is paid once"
            yield Candidate(name, what, lambda kept=kept: Prepared(held.x_train[kept], held.y_train[kept], held.x_test))  # type: ignore[misc]


def _fewer_rows(held: Split, knee_ratio: float | None, seed: int) -> Iterator[Candidate]:
    if knee_ratio is not None and knee_ratio < 1.0:
        what = "drawn by class; the learning curve is flat from there"
        name = f"{100.0 * knee_ratio:.0f} % of the rows"
        yield Candidate(name, what, lambda: Prepared(*sample(held.x_train, held.y_train, knee_ratio, seed=seed), held.x_test))
    if len(held.y_train) <= _MOST_CORESET_ROWS:
        yield Candidate("coreset of 25 % of the rows", "rows far from one another, by class", lambda: _coreset(held, seed))


def _coreset(held: Split, seed: int) -> Prepared:
    """Choose rows of each class as k-means++ chooses its first centres."""
    numpy, cluster = require("numpy", extra="optimise"), require("sklearn.cluster", extra="optimise")
    kept = []
    for label in numpy.unique(held.y_train):
        own = numpy.flatnonzero(held.y_train == label)
        count = max(2, round(_SHARE * len(own)))
        _, chosen = cluster.kmeans_plusplus(held.x_train[own], count, random_state=seed)
        kept.append(own[numpy.unique(chosen)])
    rows = numpy.sort(numpy.concatenate(kept))
    return Prepared(held.x_train[rows], held.y_train[rows], held.x_test)


def _fewer_columns(held: Split, algorithm: str, seed: int, skipped: list[str]) -> Iterator[Candidate]:
    columns = held.x_train.shape[1]
    if columns < _FEWEST_COLUMNS:
        return
    scores: dict[str, Callable[[], Any]] = {
        "chi2": lambda: _chi2(held),
        "mutual information": lambda: _mutual_information(held, seed),
        "permutation": lambda: _permutation(held, algorithm, seed),
    }
    for name, rate in scores.items():
        if columns > _MOST_COLUMNS.get(name, columns):
            skipped.append(f"selection by {name}: {columns} columns cost more than they could save")
            continue
        what = "choosing is counted in its cost"
        yield Candidate(f"25 % of the columns by {name}", what, lambda rate=rate: _best_columns(held, rate()))  # type: ignore[misc]


def _best_columns(held: Split, scores: Any) -> Prepared:
    numpy = require("numpy", extra="optimise")
    count = max(1, round(_SHARE * len(scores)))
    best = numpy.sort(numpy.argsort(-numpy.nan_to_num(scores, nan=-1.0), kind="stable")[:count])
    return Prepared(held.x_train[:, best], held.y_train, held.x_test[:, best])


def _chi2(held: Split) -> Any:
    selection = require("sklearn.feature_selection", extra="optimise")
    x = held.x_train
    x = x if hasattr(x, "tocsr") and x.min() >= 0.0 else (x.toarray() if hasattr(x, "tocsr") else x)
    x = x if hasattr(x, "tocsr") else x - x.min(axis=0)  # it knows no negative values
    return selection.chi2(x, held.y_train)[0]


def _mutual_information(held: Split, seed: int) -> Any:
    selection = require("sklearn.feature_selection", extra="optimise")
    return selection.mutual_info_classif(held.x_train, held.y_train, random_state=seed)


def _permutation(held: Split, algorithm: str, seed: int) -> Any:
    """Score columns by what shuffling them costs a model that is tested on rows it was not trained on."""
    inspection = require("sklearn.inspection", extra="optimise")
    selection = require("sklearn.model_selection", extra="optimise")
    x = held.x_train.toarray() if hasattr(held.x_train, "tocsr") else held.x_train
    kept = selection.train_test_split(x, held.y_train, test_size=0.3, stratify=held.y_train, random_state=seed)
    model = build(algorithm, seed=seed).fit(kept[0], kept[2])
    return inspection.permutation_importance(model, kept[1], kept[3], n_repeats=3, random_state=seed).importances_mean


def _projected(held: Split, seed: int, skipped: list[str]) -> Iterator[Candidate]:
    columns, rows = held.x_train.shape[1], held.x_train.shape[0]
    if columns < 2 * _FEWEST_COLUMNS:
        return
    count = min(max(2, round(_SHARE * columns)), rows - 1, 256)
    if columns <= _MOST_COLUMNS["pca"] and not hasattr(held.x_train, "tocsr"):
        yield Candidate(f"PCA to {count} columns", "fitting is counted in its cost", lambda: _pca(held, count, seed))
    else:
        skipped.append(f"PCA: {columns} columns, or a matrix of mostly zeros")
    yield Candidate(f"random projection to {count} columns", "needs no fitting", lambda: _random(held, count, seed))


def _pca(held: Split, count: int, seed: int) -> Prepared:
    decomposition = require("sklearn.decomposition", extra="optimise")
    found = decomposition.PCA(n_components=count, random_state=seed).fit(held.x_train)
    return Prepared(found.transform(held.x_train), held.y_train, found.transform(held.x_test))


def _random(held: Split, count: int, seed: int) -> Prepared:
    projection = require("sklearn.random_projection", extra="optimise")
    found = projection.SparseRandomProjection(n_components=count, dense_output=True, random_state=seed).fit(held.x_train)
    return Prepared(found.transform(held.x_train), held.y_train, found.transform(held.x_test))


def _narrower(held: Split) -> Iterator[Candidate]:
    numpy = require("numpy", extra="optimise")
    largest = abs(held.x_train).max()
    if held.x_train.dtype == numpy.float64 and largest < numpy.finfo(numpy.float32).max:
        x_train, x_test = held.x_train.astype(numpy.float32), held.x_test.astype(numpy.float32)
        yield Candidate("float32 input", "stored so: half the bytes", lambda: Prepared(x_train, held.y_train, x_test))
