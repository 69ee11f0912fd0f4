"""Make the trees of optimise-05 and 06, and the cases that they answer: scikit-learn's digits, 40 % kept for the search."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

_TREES, _ROUNDS, _SEED = 200, 100, 0


def cases() -> Mapping[str, Any]:
    """Give what the models learnt from, and what they did not."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.4, random_state=_SEED, stratify=y)
    return {"x": x_test, "y": y_test, "x_train": x_train, "y_train": y_train}


@cache
def forest() -> Any:
    """Fit a random forest of 200 trees."""
    from sklearn.ensemble import RandomForestClassifier

    known = cases()
    return RandomForestClassifier(_TREES, random_state=_SEED).fit(known["x_train"], known["y_train"])


@cache
def boosting() -> Any:
    """Fit histogram gradient boosting of 100 rounds, of ten trees each."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    known = cases()
    return HistGradientBoostingClassifier(max_iter=_ROUNDS, random_state=_SEED).fit(known["x_train"], known["y_train"])
