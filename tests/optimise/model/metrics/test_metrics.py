"""Metrics by name are scikit-learn's, of one set of answers and of many weights of the cases."""

from __future__ import annotations

import numpy
import pytest
from sklearn import metrics
from sklearn.metrics import get_scorer_names

from vatio.errors import UnknownName, UsageError
from vatio.optimise.model import check_quality, read_loss, read_quality
from vatio.optimise.model.metrics import METRICS, probabilities

RNG = numpy.random.default_rng(3)


def _answers(classes, cases=400):
    y = RNG.integers(0, classes, cases)
    raised = numpy.exp(RNG.normal(size=(cases, classes)) + 1.5 * numpy.eye(classes)[y])
    # Rounded, so that there are ties.
    scores = (raised / raised.sum(axis=1, keepdims=True)).round(2) + 1e-4
    return y, scores / scores.sum(axis=1, keepdims=True)


THEIRS = {
    "accuracy": lambda y, p: metrics.accuracy_score(y, p.argmax(1)),
    "balanced_accuracy": lambda y, p: metrics.balanced_accuracy_score(y, p.argmax(1)),
    "matthews_corrcoef": lambda y, p: metrics.matthews_corrcoef(y, p.argmax(1)),
    "f1": lambda y, p: metrics.f1_score(y, p.argmax(1)),
    "f1_macro": lambda y, p: metrics.f1_score(y, p.argmax(1), average="macro"),
    "f1_micro": lambda y, p: metrics.f1_score(y, p.argmax(1), average="micro"),
    "f1_weighted": lambda y, p: metrics.f1_score(y, p.argmax(1), average="weighted"),
    "precision": lambda y, p: metrics.precision_score(y, p.argmax(1)),
    "precision_weighted": lambda y, p: metrics.precision_score(y, p.argmax(1), average="weighted"),
    "recall_macro": lambda y, p: metrics.recall_score(y, p.argmax(1), average="macro"),
    "jaccard": lambda y, p: metrics.jaccard_score(y, p.argmax(1)),
    "jaccard_macro": lambda y, p: metrics.jaccard_score(y, p.argmax(1), average="macro"),
    "top_k_accuracy": lambda y, p: metrics.top_k_accuracy_score(y, p[:, 1] if p.shape[1] == 2 else p),
    "neg_log_loss": lambda y, p: -metrics.log_loss(y, p),
    "neg_brier_score": lambda y, p: -metrics.brier_score_loss(y, p[:, 1] if p.shape[1] == 2 else p),
    "roc_auc": lambda y, p: metrics.roc_auc_score(y, p[:, 1]),
    "roc_auc_ovr": lambda y, p: metrics.roc_auc_score(y, p, multi_class="ovr"),
    "roc_auc_ovr_weighted": lambda y, p: metrics.roc_auc_score(y, p, multi_class="ovr", average="weighted"),
    "roc_auc_ovo": lambda y, p: metrics.roc_auc_score(y, p, multi_class="ovo"),
    "roc_auc_ovo_weighted": lambda y, p: metrics.roc_auc_score(y, p, multi_class="ovo", average="weighted"),
    "average_precision": lambda y, p: metrics.average_precision_score(y, p[:, 1]),
    "d2_log_loss_score": lambda y, p: metrics.d2_log_loss_score(y, p),
    "d2_brier_score": lambda y, p: metrics.d2_brier_score(y, p[:, 1] if p.shape[1] == 2 else p),
}
OF_VALUES = {
    "r2": metrics.r2_score,
    "explained_variance": metrics.explained_variance_score,
    "neg_mean_squared_error": lambda y, p: -metrics.mean_squared_error(y, p),
    "neg_root_mean_squared_error": lambda y, p: -metrics.root_mean_squared_error(y, p),
    "neg_mean_absolute_error": lambda y, p: -metrics.mean_absolute_error(y, p),
    "neg_mean_absolute_percentage_error": lambda y, p: -metrics.mean_absolute_percentage_error(y, p),
    "neg_mean_squared_log_error": lambda y, p: -metrics.mean_squared_log_error(y, p),
    "neg_root_mean_squared_log_error": lambda y, p: -metrics.root_mean_squared_log_error(y, p),
    "neg_mean_poisson_deviance": lambda y, p: -metrics.mean_poisson_deviance(y, p),
    "neg_mean_gamma_deviance": lambda y, p: -metrics.mean_gamma_deviance(y, p),
    "neg_median_absolute_error": lambda y, p: -metrics.median_absolute_error(y, p),
    "neg_max_error": lambda y, p: -metrics.max_error(y, p),
    "d2_absolute_error_score": metrics.d2_absolute_error_score,
}
TWO_ONLY = {"f1", "precision", "jaccard", "roc_auc", "average_precision"}
MANY_ONLY = {"top_k_accuracy", "roc_auc_ovr", "roc_auc_ovr_weighted", "roc_auc_ovo", "roc_auc_ovo_weighted"}


@pytest.mark.parametrize("name", THEIRS)
@pytest.mark.parametrize("classes", [2, 4])
def test_a_metric_of_classes_is_scikit_learns(name, classes):
    if name in (TWO_ONLY if classes > 2 else MANY_ONLY):
        pytest.skip("of another number of classes")
    y, scores = _answers(classes)
    quality = read_quality(name, classes=tuple(range(classes)))
    assert quality.of(y, scores) == pytest.approx(THEIRS[name](y, scores), abs=1e-9)


@pytest.mark.parametrize("name", OF_VALUES)
def test_a_metric_of_values_is_scikit_learns(name):
    y = RNG.gamma(2.0, 3.0, 300) + 0.1
    told = (y + RNG.normal(size=300)).clip(0.2)
    assert read_quality(name, classes=()).of(y, told) == pytest.approx(OF_VALUES[name](y, told), abs=1e-9)


def test_every_name_is_one_of_scikit_learns_scorers():
    assert set(METRICS) <= set(get_scorer_names())


@pytest.mark.parametrize("name", [name for name, metric in METRICS.items() if metric.kind == "weighted"])
def test_a_case_of_weight_two_is_two_cases(name):
    is_values = METRICS[name].needs == "values"
    y, scores = (RNG.gamma(2.0, 3.0, 60),) * 2 if is_values else _answers(2, 60)
    scores = scores + RNG.gamma(1.0, 1.0, 60) if is_values else scores
    quality = read_quality(name, classes=() if is_values else (0, 1))
    counts = RNG.integers(1, 4, 60)
    weighted = quality.function(y, scores)(counts[None].astype(float))[0]
    rows = numpy.repeat(numpy.arange(60), counts)
    assert weighted == pytest.approx(quality.of(y[rows], scores[rows]), abs=1e-9)


def test_logits_become_probabilities_and_rounded_ones_are_left():
    logits = RNG.normal(size=(50, 3)) * 4.0
    assert probabilities(logits).sum(axis=1) == pytest.approx(1.0)
    rounded = (probabilities(logits) * 100.0).round() / 100.0
    assert probabilities(rounded) == pytest.approx(rounded, abs=0.02)


def test_f1_is_of_the_class_1_or_of_the_last():
    y, scores = _answers(2)
    said = numpy.array(["no", "yes"])
    theirs = metrics.f1_score(said[y], said[scores.argmax(1)], pos_label="yes")
    assert read_quality("f1", classes=("no", "yes")).of(y, scores) == pytest.approx(theirs)
    swapped = read_quality("f1", classes=(1, 2)).of(y, scores)
    assert swapped == pytest.approx(metrics.f1_score(y, scores.argmax(1), pos_label=0))


@pytest.mark.parametrize(("name", "classes"), [("accuracy", (0, 1)), ("f1_macro", (0, 1, 2)), ("roc_auc", (0, 1)), ("r2", ())])
def test_an_interval_holds_the_metric(name, classes):
    y, scores = (RNG.normal(size=300), RNG.normal(size=300)) if not classes else _answers(len(classes), 300)
    quality = read_quality(name, classes=classes)
    found = quality.interval(y, scores, 0.95)
    assert found.low < found.value < found.high
    assert quality.interval(y, scores, 0.5).high < found.high


def test_a_metric_that_is_not_there_is_named_its_nearest():
    with pytest.raises(UnknownName) as caught:
        read_quality("acuracy", classes=(0, 1))
    assert "accuracy" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "classes", "said"),
    [
        ("r2", (0, 1), "labels are classes"),
        ("accuracy", (), "labels are values"),
        ("f1", (0, 1, 2), "two classes"),
        ("no_such_module_x:f", (0, 1), "cannot find"),
        ("math:pi", (0, 1), "no function"),
        ("a b:c", (0, 1), "not module:function"),
    ],
)
def test_a_metric_that_does_not_fit_is_refused(name, classes, said):
    with pytest.raises(UsageError, match=said):
        read_quality(name, classes=classes)


@pytest.mark.parametrize(("text", "loss"), [("1pt", 0.01), (" 0.5 pts ", 0.005), ("2%", 0.02), ("0.01", 0.01), ("0", 0.0)])
def test_a_loss_is_read(text, loss):
    assert read_loss(text) == pytest.approx(loss)


@pytest.mark.parametrize("text", ["", "pt", "-1pt", "nan", "inf", "1 bit", "0,5pt"])
def test_a_loss_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="is no loss"):
        read_loss(text)


def test_decisions_are_not_probabilities():
    y, scores = _answers(2)
    with pytest.raises(UsageError, match="needs probabilities and the model gives decisions"):
        check_quality(read_quality("neg_log_loss", classes=(0, 1)), y, scores, answers="decisions")
    assert check_quality(read_quality("roc_auc", classes=(0, 1)), y, scores, answers="decisions") > 0.5


def test_a_metric_that_is_the_same_for_any_answer_is_refused(tmp_path, monkeypatch):
    (tmp_path / "odd_metrics.py").write_text(
        "def same(y, told):\n    return 0.5\n\n"
        "def broken(y, told):\n    return float('nan')\n\n"
        "def words(y, told):\n    return 'good'\n\n"
        "def right(y, told):\n    return (y == told).mean()\n"
    )
    monkeypatch.chdir(tmp_path)
    y, scores = _answers(2)
    read = {name: read_quality(f"odd_metrics:{name}", classes=("no", "yes")) for name in ("same", "broken", "words", "right")}
    for name, said in (("same", "whatever is answered"), ("broken", "is nan"), ("words", "no number")):
        with pytest.raises(UsageError, match=said):
            check_quality(read[name], y, scores, answers="probabilities")
    assert check_quality(read["right"], y, scores, answers="logits") == pytest.approx((scores.argmax(1) == y).mean())


def test_a_metric_that_is_not_defined_for_the_labels_says_so():
    y, scores = _answers(2)
    with pytest.raises(UsageError, match="roc_auc is nan"):
        read_quality("roc_auc", classes=(0, 1)).of(numpy.zeros_like(y), scores)


def test_scores_of_another_shape_are_refused():
    y, scores = _answers(3)
    quality = read_quality("accuracy", classes=(0, 1, 2))
    for labels, answers in ((y[1:], scores), (y, scores[:, :2]), (y[:, None], scores), (y, scores[:, 0])):
        with pytest.raises(UsageError, match="labels are"):
            quality.of(labels, answers)
