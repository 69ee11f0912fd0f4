"""A certificate holds as often as it says, says what is missing, and needs few labels where answers agree."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.optimise.model import Agreement, agreement, certify, foreseen_low, read_quality

ACCURACY = read_quality("accuracy", classes=("no", "yes"))
VALUES = read_quality("neg_mean_squared_error", classes=())


def _scores(told):
    return numpy.eye(2)[told]


def _pair(cases, *, worse, better, right=0.9):
    """Give labels and two models' scores with exactly so many discordant cases."""
    y = numpy.arange(cases) % 2
    wrong = round(cases * (1.0 - right))
    old = numpy.where(numpy.arange(cases) < wrong, 1 - y, y)
    new = old.copy()
    new[:better] = y[:better]
    new[cases - worse :] = 1 - y[cases - worse :]
    return y, _scores(old), _scores(new)


def test_a_model_that_loses_little_is_certified_and_one_that_loses_much_is_not():
    y, old, good = _pair(5000, worse=50, better=50)
    bad = _pair(5000, worse=150, better=10)[2]
    found = certify(y, old, {"good": good, "bad": bad}, quality=ACCURACY, max_loss=0.01)
    assert found["good"].is_certified
    assert found["good"].by == "labels"
    assert found["good"].more_labels == 0
    assert found["good"].change.low > -0.01
    assert not found["bad"].is_certified
    assert "surely more than" in found["bad"].reason
    assert found["bad"].more_labels is None


def test_too_few_labels_are_said_with_how_many_are_missing():
    y, old, new = _pair(300, worse=3, better=3)
    found = certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.01)["new"]
    assert not found.is_certified
    assert found.reason.startswith("may lose 0.01")
    assert f"about {found.more_labels} more labelled cases would tell" in found.reason
    times = 1 + round(found.more_labels / 300)
    enough = _pair(300 * times, worse=3 * times, better=3 * times)
    assert certify(*enough[:2], {"new": enough[2]}, quality=ACCURACY, max_loss=0.01)["new"].is_certified


def test_the_missing_labels_are_not_many_more_than_it_takes():
    y, old, new = _pair(500, worse=5, better=5)
    more = certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.01)["new"].more_labels
    # z = 1.645 + 0.842, variance 0.02 a case: 0.02 x 2.487 ** 2 / 0.01 ** 2 = 1237 in all, a little more by the score test.
    assert 650 <= more <= 1050


def test_more_candidates_must_be_surer():
    y, old, new = _pair(5000, worse=70, better=45)
    alone = certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.01)["new"]
    assert alone.is_certified
    others = {f"other {at}": _pair(5000, worse=200, better=0)[2] for at in range(30)}
    among = certify(y, old, {"new": new, **others}, quality=ACCURACY, max_loss=0.01)["new"]
    assert not among.is_certified
    assert among.p == pytest.approx(31 * alone.p)
    assert among.change.low < alone.change.low


def test_what_holm_certifies_shows_a_bound_that_holds():
    y, old, sure = _pair(5000, worse=20, better=20)
    near = _pair(5000, worse=66, better=45)[2]
    found = certify(y, old, {"near": near, "sure": sure, "surer": old}, quality=ACCURACY, max_loss=0.01)
    for one in found.values():
        assert one.is_certified
        assert one.change.low >= -0.01


@given(st.integers(0, 25), st.integers(0, 25), st.integers(60, 800))
@settings(deadline=None, max_examples=40)
def test_the_interval_mirrors_the_roles(worse, better, cases):
    y, old, new = _pair(cases, worse=worse, better=min(better, cases // 20), right=0.95)
    forth = certify(y, old, {"": new}, quality=ACCURACY, max_loss=0.01)[""].change
    back = certify(y, new, {"": old}, quality=ACCURACY, max_loss=0.01)[""].change
    assert (forth.low, forth.value, forth.high) == pytest.approx((-back.high, -back.value, -back.low), abs=1e-9)


@pytest.mark.parametrize("metric", ["accuracy", "f1", "f1_macro", "roc_auc", "neg_log_loss"])
def test_the_same_answers_lose_no_more_than_so_many_cases_can_hide(metric):
    y, old, _ = _pair(2000, worse=0, better=0)
    soft = 0.8 * old + 0.1
    quality = read_quality(metric, classes=("no", "yes"))
    found = certify(y, soft, {"same": soft.copy()}, quality=quality, max_loss=0.01)["same"]
    assert found.is_certified
    assert found.change.value == 0.0
    assert -0.01 < found.change.low < 0.0 < found.change.high
    few = certify(y[-30:], soft[-30:], {"same": soft[-30:]}, quality=quality, max_loss=0.01)["same"]
    assert not few.is_certified
    assert few.more_labels > 50


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "matthews_corrcoef", "precision"])
def test_a_table_metric_errs_no_more_often_than_it_says(metric):
    """Models whose true loss is the limit itself are certified in about 5 of 100."""
    quality = read_quality(metric, classes=("no", "yes"))
    draws = numpy.random.default_rng(7)
    y = (draws.random(200_000) < 0.3).astype(int)
    old = numpy.where(draws.random(200_000) < 0.1, 1 - y, y)
    new = numpy.where(draws.random(200_000) < 0.02, 1 - old, old)
    limit = quality.of(y, _scores(old)) - quality.of(y, _scores(new))
    certified = 0
    for seed in range(100):
        rows = draws.integers(0, 200_000, 1500)
        found = certify(y[rows], _scores(old[rows]), {"": _scores(new[rows])}, quality=quality, max_loss=limit, seed=seed)
        certified += found[""].is_certified
    assert certified <= 11


def test_a_mean_of_values_is_certified_in_its_own_unit():
    draws = numpy.random.default_rng(2)
    y = draws.normal(size=3000)
    old = y + draws.normal(size=3000)
    same, worse = old + 0.01 * draws.normal(size=3000), old + 0.6 * draws.normal(size=3000)
    found = certify(y, old, {"same": same, "worse": worse}, quality=VALUES, max_loss=0.02)
    assert found["same"].is_certified
    assert not found["worse"].is_certified
    assert found["worse"].change.high < -0.2


@pytest.mark.parametrize("metric", ["r2", "neg_root_mean_squared_error", "neg_median_absolute_error"])
def test_other_metrics_of_values_are_bounded_by_drawing_cases(metric):
    draws = numpy.random.default_rng(5)
    y = draws.normal(size=800)
    old = y + 0.5 * draws.normal(size=800)
    found = certify(y, old, {"same": old + 0.001, "worse": 0.0 * old}, quality=read_quality(metric, classes=()), max_loss=0.05)
    assert found["same"].is_certified
    assert not found["worse"].is_certified
    assert found["worse"].change.low < found["worse"].change.value < found["worse"].change.high


def test_a_users_metric_is_bounded_by_drawing_cases(tmp_path, monkeypatch):
    (tmp_path / "own_metric.py").write_text("def right(y, told):\n    return (y == told).mean()\n")
    monkeypatch.chdir(tmp_path)
    own = read_quality("own_metric:right", classes=("no", "yes"))
    y, old, new = _pair(3000, worse=40, better=35)
    mine = certify(y, old, {"new": new, "same": old}, quality=own, max_loss=0.01)
    known = certify(y, old, {"new": new, "same": old}, quality=ACCURACY, max_loss=0.01)
    for name in ("new", "same"):
        assert mine[name].is_certified == known[name].is_certified
        assert mine[name].change.low == pytest.approx(known[name].change.low, abs=0.0015)


def test_agreement_on_cases_without_labels_certifies_what_few_labels_cannot():
    y, old, new = _pair(200, worse=0, better=0)
    few = certify(y, old, {"onnx": new}, quality=ACCURACY, max_loss=0.01)["onnx"]
    assert not few.is_certified
    found = certify(y, old, {"onnx": new}, quality=ACCURACY, max_loss=0.01, agreements={"onnx": Agreement(4000, 4000)})["onnx"]
    assert found.is_certified
    assert found.by == "agreement"
    assert -0.002 < found.change.low < 0.0


def test_agreement_that_is_too_rare_certifies_nothing():
    y, old, new = _pair(200, worse=0, better=0)
    found = certify(y, old, {"onnx": new}, quality=ACCURACY, max_loss=0.01, agreements={"onnx": (3900, 4000)})["onnx"]
    assert not found.is_certified
    with pytest.raises(UsageError, match="cannot agree"):
        certify(y, old, {"onnx": new}, quality=ACCURACY, max_loss=0.01, agreements={"onnx": (5, 4)})


def test_agreement_speaks_for_shares_of_right_answers_only():
    y, old, new = _pair(200, worse=0, better=0)
    quality = read_quality("f1", classes=("no", "yes"))
    found = certify(y, old, {"onnx": new}, quality=quality, max_loss=0.01, agreements={"onnx": (4000, 4000)})["onnx"]
    assert found.by == "labels"


def test_agreement_is_of_decisions():
    old = numpy.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]])
    assert agreement(old, old[:, ::-1]) == (1, 3)
    assert agreement(old, old + 0.1) == (3, 3)


def test_every_class_must_hold_where_that_is_asked():
    y, old, new = _pair(4000, worse=0, better=0)
    new[(y == 1) & (numpy.arange(4000) > 3900)] = [1.0, 0.0]
    whole = certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.02)["new"]
    assert whole.is_certified
    assert whole.class_losses == {}
    found = certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.02, max_class_loss=0.02)["new"]
    assert not found.is_certified
    assert found.reason.startswith("class yes ")
    assert found.class_losses["no"].value == 0.0
    assert found.class_losses["yes"].value == pytest.approx(0.025)
    assert found.class_losses["yes"].low < 0.025 < found.class_losses["yes"].high
    assert certify(y, old, {"new": new}, quality=ACCURACY, max_loss=0.02, max_class_loss=0.05)["new"].is_certified


def test_a_class_without_a_case_cannot_be_certified():
    quality = read_quality("accuracy", classes=("a", "b", "c"))
    y = numpy.arange(1000) % 2
    scores = numpy.eye(3)[y]
    found = certify(y, scores, {"same": scores}, quality=quality, max_loss=0.01, max_class_loss=0.05)["same"]
    assert not found.is_certified
    assert "class c has no certifying case" in found.reason


def test_no_loss_at_all_takes_a_better_model():
    y, old, better = _pair(3000, worse=0, better=60)
    found = certify(y, old, {"same": old, "better": better}, quality=ACCURACY, max_loss=0.0)
    assert not found["same"].is_certified
    assert "no number of such cases" in found["same"].reason
    assert found["better"].is_certified


def test_what_to_expect_of_more_cases_is_nearer():
    y, old, new = _pair(400, worse=4, better=3)
    lows = [foreseen_low(y, old, new, quality=ACCURACY, cases=cases) for cases in (100, 400, 4000)]
    assert lows == sorted(lows)
    assert lows[1] == pytest.approx(certify(y, old, {"": new}, quality=ACCURACY, max_loss=0.01)[""].change.low)
    f1 = read_quality("f1", classes=("no", "yes"))
    assert foreseen_low(y, old, new, quality=f1, cases=400) < foreseen_low(y, old, new, quality=f1, cases=1600)


def test_nothing_to_judge_is_nothing_judged():
    y, old, _ = _pair(100, worse=0, better=0)
    assert certify(y, old, {}, quality=ACCURACY, max_loss=0.01) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"confidence": 1.0}, "a confidence of"),
        ({"confidence": 0.2}, "a confidence of"),
        ({"max_loss": -0.1}, "cannot be allowed"),
        ({"max_loss": float("nan")}, "cannot be allowed"),
        ({"max_class_loss": float("inf")}, "cannot be allowed"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(change, said):
    y, old, new = _pair(100, worse=0, better=0)
    with pytest.raises(UsageError, match=said):
        certify(y, old, {"new": new}, **{"quality": ACCURACY, "max_loss": 0.01, **change})


def test_cases_and_scores_belong_together():
    y, old, new = _pair(100, worse=0, better=0)
    with pytest.raises(UsageError, match="no labelled case"):
        certify(y[:0], old[:0], {"new": new[:0]}, quality=ACCURACY, max_loss=0.01)
    with pytest.raises(UsageError, match="labels are"):
        certify(y, old, {"new": new[1:]}, quality=ACCURACY, max_loss=0.01)
    with pytest.raises(UsageError, match="values are told"):
        certify(y.astype(float), old[:, 0], {}, quality=VALUES, max_loss=0.1, max_class_loss=0.1)
