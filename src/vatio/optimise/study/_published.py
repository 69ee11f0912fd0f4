"""Hold what the published study found, to be laid beside what is measured here.

Source: R. Verdecchia et al., "Data-Centric Green AI: An Exploratory Empirical Study", ICT4S 2022; medians over 30
repetitions, recomputed from the authors' experiment_data.csv (MIT licence). Energies in joules by RAPL, scikit-learn 0.24.1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Hold one algorithm's medians: on everything, on a tenth of the rows, on a tenth of the features (chi2)."""

    train_j: float
    predict_j: float
    f1: float
    rows_train_j: float
    rows_f1: float
    features_train_j: float
    features_f1: float
    features_of_train_j: float

    @property
    def rows_saving_ratio(self) -> float:
        """Give the share of training energy that a tenth of the rows saves."""
        return 1.0 - self.rows_train_j / self.train_j

    @property
    def features_saving_ratio(self) -> float:
        """Give the share of training energy that a tenth of the features saves, selecting them not counted."""
        return 1.0 - self.features_train_j / self.features_of_train_j


_FIELDS = ("train_j", "predict_j", "f1", "rows_train_j", "rows_f1", "features_train_j", "features_f1", "features_of_train_j")
_ROWS = {
    "svm": (0.5613, 0.2480, 0.5822, 0.0129, 0.5278, 0.2315, 0.5822, 0.5501),
    "tree": (0.1172, 0.0563, 0.8568, 0.0106, 0.6000, 0.0433, 0.8488, 0.1168),
    "knn": (0.0098, 0.2684, 0.7338, 0.0038, 0.3333, 0.0095, 0.0264, 0.0096),
    "forest": (1.9392, 0.0979, 0.9089, 0.1519, 0.6061, 0.5069, 0.8988, 2.0120),
    "adaboost": (0.9779, 0.0723, 0.8796, 0.1062, 0.8372, 0.2263, 0.8704, 0.9367),
    "bagging": (0.7018, 0.0595, 0.8575, 0.0517, 0.5857, 0.1683, 0.8657, 0.6937),
}
PUBLISHED = {name: Published(**dict(zip(_FIELDS, row, strict=True))) for name, row in _ROWS.items()}
# The median energy of selecting a tenth of the features by chi2.
SELECTION_J = 0.0250
# The shape of the matrix that the authors' code gives.
SHAPE = (5572, 8169)
ROWS_WITHOUT_QUOTING = 5574
