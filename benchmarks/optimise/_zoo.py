"""A zoo of small models with cases to search by and fresh ones to judge by, each made anew the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

# Of each set: what trains the model, what the search is given, and the rest, which judges.
_TRAIN, _GIVEN = 0.3, 0.6


@cache
def _parts(name: str) -> tuple[Any, ...]:
    """Give x and y of the training, the given and the fresh cases of a set."""
    import numpy
    from sklearn import datasets

    if name == "digits":
        x, y = datasets.load_digits(return_X_y=True)
    elif name == "cancer":
        x, y = datasets.load_breast_cancer(return_X_y=True)
    elif name == "friedman":
        x, y = datasets.make_friedman1(6000, noise=1.0, random_state=0)
    else:
        x, y = datasets.make_classification(9000, 20, n_informative=10, n_classes=3, random_state=0)
    order = numpy.random.default_rng(0).permutation(len(y))
    x, y = x[order].astype(numpy.float32), y[order]
    ends = [round(_TRAIN * len(y)), round(_GIVEN * len(y))]
    return tuple(part for both in zip(numpy.split(x, ends), numpy.split(y, ends), strict=True) for part in both)


def _model(kind: str) -> Any:
    from sklearn import ensemble, linear_model, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree

    scaled = partial(pipeline.make_pipeline, preprocessing.StandardScaler())
    makers: Mapping[str, Callable[[], Any]] = {
        "logistic": lambda: scaled(linear_model.LogisticRegression(max_iter=500)),
        "ridge": lambda: scaled(linear_model.Ridge()),
        "tree": lambda: tree.DecisionTreeClassifier(max_depth=8, random_state=0),
        "forest": lambda: ensemble.RandomForestClassifier(100, random_state=0),
        "extra": lambda: ensemble.ExtraTreesClassifier(60, random_state=0),
        "values": lambda: ensemble.RandomForestRegressor(50, random_state=0),
        "boosted": lambda: ensemble.GradientBoostingClassifier(n_estimators=50, random_state=0),
        "histogram": lambda: ensemble.HistGradientBoostingClassifier(max_iter=50, random_state=0),
        "vectors": lambda: scaled(svm.SVC()),
        "neighbours": lambda: neighbors.KNeighborsClassifier(),
        "bayes": lambda: naive_bayes.GaussianNB(),
        "net": lambda: scaled(neural_network.MLPClassifier((64,), max_iter=60, random_state=0)),
    }
    return makers[kind]()


# The model and its set; the pairs of the row are these at batch 1 and 32.
ZOO: Mapping[str, tuple[str, str]] = {
    "logistic_digits": ("logistic", "digits"),
    "ridge_friedman": ("ridge", "friedman"),
    "tree_cancer": ("tree", "cancer"),
    "forest_three": ("forest", "three"),
    "extra_digits": ("extra", "digits"),
    "values_friedman": ("values", "friedman"),
    "boosted_three": ("boosted", "three"),
    "histogram_three": ("histogram", "three"),
    "vectors_three": ("vectors", "three"),
    "neighbours_digits": ("neighbours", "digits"),
    "bayes_three": ("bayes", "three"),
    "net_three": ("net", "three"),
}


def _factory(name: str) -> Any:
    kind, where = ZOO[name]
    x, y = _parts(where)[:2]
    return _model(kind).fit(x, y)


def _cases(name: str) -> dict[str, Any]:
    parts = _parts(ZOO[name][1])
    return {"x_train": parts[0], "y_train": parts[1], "x": parts[2], "y": parts[3]}


def fresh(name: str) -> tuple[Any, Any]:
    """Give the cases that neither training nor the search has had."""
    return _parts(ZOO[name][1])[4:]


# By name, so that the search can find them: ``benchmarks.optimise._zoo:forest_three`` and ``...:forest_three_cases``.
globals().update({name: partial(_factory, name) for name in ZOO})
globals().update({f"{name}_cases": partial(_cases, name) for name in ZOO})
