"""Build the six algorithms of the study, as its authors set them: defaults, and balanced weights for two of them."""

from __future__ import annotations

from typing import Any

from vatio.errors import UnknownName
from vatio.plugins import require

# Name -> module, class and what differs from its defaults.
_CLASSES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "svm": ("sklearn.svm", "SVC", {"class_weight": "balanced"}),
    "tree": ("sklearn.tree", "DecisionTreeClassifier", {}),
    "knn": ("sklearn.neighbors", "KNeighborsClassifier", {}),
    "forest": ("sklearn.ensemble", "RandomForestClassifier", {"class_weight": "balanced"}),
    "adaboost": ("sklearn.ensemble", "AdaBoostClassifier", {}),
    "bagging": ("sklearn.ensemble", "BaggingClassifier", {}),
}
ALGORITHMS = tuple(_CLASSES)
# These weigh columns by their size: a column in other units drowns the rest.
SCALE_BOUND = ("svm", "knn")


def build(algorithm: str, *, seed: int = 0) -> Any:
    """Give a model that is not fitted.

    Raises:
        UnknownName: there is no such algorithm.
        MissingExtra: scikit-learn is not installed.
    """
    if algorithm not in _CLASSES:
        raise UnknownName.among("algorithm", algorithm, ALGORITHMS)
    module, name, settings = _CLASSES[algorithm]
    model = getattr(require(module, extra="optimise"), name)(**settings)
    return model.set_params(random_state=seed) if "random_state" in model.get_params() else model
