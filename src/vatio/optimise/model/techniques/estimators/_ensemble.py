"""Lay the trees of a scikit-learn forest or boosting out as arrays, whichever way its own class has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vatio.plugins import require

_FORESTS = ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree")
_SIDES = ("Classifier", "Regressor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Hold one tree: arrays over its nodes, a leaf where ``left`` is -1; a case goes left where its value <= ``limit``.

    ``weights`` are (leaves, their targets): of each ``leaf`` what it adds to each of ``targets``.
    """

    left: Any
    right: Any
    feature: Any
    limit: Any
    missing_left: Any
    leaf: Any
    targets: Any
    weights: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Hold trees whose weights are summed (or averaged) onto ``base``, and then turned by ``post`` into what is answered.

    ``is_float32`` where the estimator itself rounds what it is given to 32 bits before it compares.
    """

    trees: tuple[Tree, ...]
    features: int
    targets: int
    base: tuple[float, ...]
    is_mean: bool
    post: str
    is_float32: bool


def ensemble_of(estimator: Any) -> Ensemble | None:
    """Lay an estimator's trees out; ``None`` where it is another, or does with them what is not known here."""
    name = type(estimator).__name__
    if not type(estimator).__module__.startswith("sklearn."):
        return None
    if name in {f"{kind}{side}" for kind in _FORESTS for side in _SIDES}:
        return _forest(estimator)
    if name in {f"GradientBoosting{side}" for side in _SIDES}:
        return _boosting(estimator)
    if name in {f"HistGradientBoosting{side}" for side in _SIDES}:
        return _histogram_boosting(estimator)
    return None


def _forest(estimator: Any) -> Ensemble | None:
    if estimator.n_outputs_ != 1:
        return None
    members = getattr(estimator, "estimators_", None) or [estimator]
    count = len(estimator.classes_) if hasattr(estimator, "classes_") else 1
    trees = tuple(_tree(member.tree_) for member in members)
    return _ensemble(estimator, trees, base=[0.0] * count, is_mean=True)


def _boosting(estimator: Any) -> Ensemble | None:
    """Lay gradient boosting out; its first guess must be a constant, and its loss one that ends in nothing or a softmax."""
    numpy = require("numpy", extra="optimise")
    is_classes = hasattr(estimator, "classes_")
    if not (estimator.init is None or estimator.init == "zero") or (is_classes and estimator.loss != "log_loss"):
        return None
    first = estimator._raw_predict_init(numpy.zeros((1, estimator.n_features_in_), dtype=numpy.float32)).ravel()
    rows = [[_tree(member.tree_, scale=estimator.learning_rate) for member in row] for row in estimator.estimators_]
    return _raw(estimator, rows, first, is_classes=is_classes, is_float32=True)


def _histogram_boosting(estimator: Any) -> Ensemble | None:
    """Lay histogram boosting out; columns of categories, and losses that end in an exponential, are not known here."""
    is_classes = hasattr(estimator, "classes_")
    if getattr(estimator, "_preprocessor", None) is not None or estimator.is_categorical_ is not None:
        return None
    if not is_classes and type(estimator._loss.link).__name__ != "IdentityLink":
        return None
    rows = [[_histogram_tree(member.nodes) for member in row] for row in estimator._predictors]
    return _raw(estimator, rows, estimator._baseline_prediction.ravel(), is_classes=is_classes, is_float32=False)


def _raw(estimator: Any, rows: Sequence[Sequence[Tree]], first: Any, *, is_classes: bool, is_float32: bool) -> Ensemble:
    """Aim each tree of a round at its class; two classes have one tree a round, which speaks for the second."""
    is_pair = is_classes and len(first) == 1
    aimed = tuple(_aimed(tree, at + is_pair) for row in rows for at, tree in enumerate(row))
    base = [0.0, *first] if is_pair else list(first)
    post = "SOFTMAX" if is_classes else "NONE"
    return _ensemble(estimator, aimed, base=base, post=post, is_float32=is_float32)


def _ensemble(
    estimator: Any,
    trees: tuple[Tree, ...],
    *,
    base: Sequence[float],
    is_mean: bool = False,
    post: str = "NONE",
    is_float32: bool = True,
) -> Ensemble:
    return Ensemble(
        trees=trees,
        features=int(estimator.n_features_in_),
        targets=len(base),
        base=tuple(float(value) for value in base),
        is_mean=is_mean,
        post=post,
        is_float32=is_float32,
    )


def _tree(tree: Any, *, scale: float = 1.0) -> Tree:
    """Take scikit-learn's own tree; what a leaf adds nothing to is left out."""
    numpy = require("numpy", extra="optimise")
    leaves = numpy.flatnonzero(tree.children_left < 0)
    values = tree.value[leaves, 0, :] * scale
    at, targets = numpy.nonzero(values) if values.shape[1] > 1 else (numpy.arange(len(leaves)), numpy.zeros(len(leaves), int))
    nodes = tree.__getstate__()["nodes"]
    missing = nodes["missing_go_to_left"] if "missing_go_to_left" in nodes.dtype.names else numpy.zeros(len(nodes), numpy.uint8)
    return Tree(
        left=tree.children_left,
        right=tree.children_right,
        feature=tree.feature,
        limit=tree.threshold,
        missing_left=missing,
        leaf=leaves[at],
        targets=targets,
        weights=values[at, targets],
    )


def _histogram_tree(nodes: Any) -> Tree:
    numpy = require("numpy", extra="optimise")
    is_leaf = nodes["is_leaf"].astype(bool)
    leaves = numpy.flatnonzero(is_leaf)
    return Tree(
        left=numpy.where(is_leaf, -1, nodes["left"].astype(numpy.int64)),
        right=numpy.where(is_leaf, -1, nodes["right"].astype(numpy.int64)),
        feature=numpy.asarray(nodes["feature_idx"], dtype=numpy.int64),
        limit=nodes["num_threshold"],
        missing_left=nodes["missing_go_to_left"],
        leaf=leaves,
        targets=numpy.zeros(len(leaves), dtype=int),
        weights=nodes["value"][leaves],
    )


def _aimed(tree: Tree, target: int) -> Tree:
    numpy = require("numpy", extra="optimise")
    fields = {name: getattr(tree, name) for name in Tree.__slots__}
    return Tree(**{**fields, "targets": numpy.full(len(tree.leaf), target)})
