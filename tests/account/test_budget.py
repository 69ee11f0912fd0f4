"""A budget warns at 80 %, marks at 100 %, and says when it cannot tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.account import Spending, Spent, has_budgets, sci_of, spending_text, spendings, spent_by_run, spent_by_sum
from vatio.config import BudgetsConfig
from vatio.errors import InvalidQuantity, UnknownName
from vatio.ledger import run_record
from vatio.records import Quantity
from vatio.testing import a_footprint, a_start, an_end

STATES = ("ok", "warned", "passed")
amounts = st.floats(0.0, 1e12)


def spent(joules: float | None) -> Spent:
    quantity = Quantity.absent("energy", source="no sensor") if joules is None else Quantity.exact(joules)
    return Spent("x", quantity, Quantity.exact(0.0), Quantity.absent("price", source="no price is configured"))


def one(joules: float | None, limit: float) -> Spending:
    (found,) = spendings(BudgetsConfig(run_j=limit), {"run": spent(joules)})
    return found


@pytest.mark.parametrize(
    ("joules", "state"), [(0.0, "ok"), (79.9, "ok"), (80.0, "warned"), (99.9, "warned"), (100.0, "passed"), (1e9, "passed")]
)
def test_it_warns_at_80_and_marks_at_100_percent(joules: float, state: str) -> None:
    assert one(joules, 100.0).state == state


def test_what_is_not_known_is_unknown_and_says_why() -> None:
    (found,) = spendings(BudgetsConfig(run_eur=1.0), {"run": spent(1.0)})

    assert (found.state, found.ratio) == ("unknown", None)
    assert spending_text(found) == "budget run_eur cannot be checked: no price is configured"


def test_a_sum_with_missing_parts_was_spent_at_least() -> None:
    partly = Quantity(value=90.0, low=80.0, high=None, provenance="measured", missing=("dram",))
    (found,) = spendings(BudgetsConfig(run_j=100.0), {"run": spent(1.0)._replace(energy_j=partly)})

    assert found.state == "warned"
    assert spending_text(found) == "budget run_j: at least 90 J of 100 J (90 %)"


def test_of_nothing_anything_is_too_much() -> None:
    assert one(0.0, 0.0).state == "ok"
    assert one(1e-9, 0.0).state == "passed"


@given(amounts, amounts, amounts)
def test_more_spent_is_never_a_better_state_nor_a_larger_budget_a_worse_one(first: float, second: float, limit: float) -> None:
    less, more = sorted((first, second))

    assert STATES.index(one(less, limit).state) <= STATES.index(one(more, limit).state)
    assert STATES.index(one(limit, more).state) <= STATES.index(one(limit, less).state)


@given(st.lists(amounts, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_what_was_spent_does_not_matter(parts: list[float], order: object) -> None:
    runs = [spent(joules) for joules in parts]
    forwards, backwards = spent_by_sum("x", None, *runs), spent_by_sum("x", None, *reversed(runs))

    assert forwards == backwards
    assert forwards.cost_eur.is_missing


def test_only_budgets_that_are_set_are_looked_at() -> None:
    assert not has_budgets(BudgetsConfig())
    assert has_budgets(BudgetsConfig(month_g=1.0))
    assert not has_budgets(BudgetsConfig(run_j=1.0), "project", "month")
    assert spendings(BudgetsConfig(project_j=1.0), {"run": spent(1.0)}) == ()


def test_a_run_spent_what_its_account_says() -> None:
    found = spent_by_run("x", a_footprint("x", operational_g=3.0))

    assert (found.energy_j.value, found.emissions_g.value) == (30.0, 3.0)


def scored(count: float) -> Quantity:
    record = run_record(a_start(), an_end(work={"requests": count}), footprint=a_footprint("x", operational_g=8.0))
    return sci_of(record, "requests")


def test_a_score_is_operational_and_embodied_for_each_unit() -> None:
    assert scored(4.0).value == 2.0


@given(st.floats(1e-3, 1e9))
def test_twice_the_units_is_half_the_score(count: float) -> None:
    assert scored(2.0 * count).value == pytest.approx((scored(count).value or 0.0) / 2.0)


@pytest.mark.parametrize("count", [0.0, -1.0, float("inf")])
def test_a_score_of_no_units_is_refused(count: float) -> None:
    with pytest.raises(InvalidQuantity):
        scored(count)


def test_a_unit_that_the_run_did_not_count_is_named() -> None:
    with pytest.raises(UnknownName) as found:
        sci_of(run_record(a_start(), an_end(work={"requests": 1.0})), "images")

    assert found.value.hint == "the run counted requests"
