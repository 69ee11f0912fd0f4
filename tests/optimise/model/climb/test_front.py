import pytest

from vatio.optimise.model._chain import Step
from vatio.optimise.model._request import ModelRequest
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.climb._front import chosen_of, joules_of_cpu_s, notes_of, points_of, rejected_of
from vatio.optimise.model.judging._certify import Certificate
from vatio.optimise.model.trials._cost import Cost
from vatio.optimise.model.trials._final import Measured
from vatio.optimise.model.trials._node import Node, Offered
from vatio.optimise.search import Budget
from vatio.records import Interval, Quantity

BUDGET = Budget(amount=60.0, unit="cpu_s")
ASKED = ModelRequest(model="m:f", cases="m:c", budget=BUDGET)
SURE = Certificate(change=Interval(value=0.0, low=-0.002, high=0.002), p=0.001, is_certified=True)
UNSURE = Certificate(
    change=Interval(value=-0.01, low=-0.03, high=0.01),
    p=0.4,
    is_certified=False,
    reason="about 900 more labelled cases would tell",
)


def exact(value):
    return Interval(value=value, low=value, high=value)


def measured(times, *, low=None, joules=None, p99=0.001):
    own = Interval(value=times, low=times if low is None else low, high=times * 1.1)
    energy = None if joules is None else exact(joules)
    cost = Cost(batch=1, cpu_s_per_1000=exact(2.0 / times), times=own, energy_per_1000_j=energy, rounds=9)
    return Measured(costs={1: cost}, latency_s={1: {"p50": p99 / 2, "p99": p99}}, scores=None)


def points(of, certificates, *, watts=None, nodes=None, **asked):
    request = ModelRequest(model="m:f", cases="m:c", budget=BUDGET, batches=(1,), **asked)
    nodes = nodes or [Node(), *(Node(chain=(Step(technique=name),), size_bytes=5_000_000) for name in of if name != "baseline")]
    keyed = {node.key: of[node.chain[0].technique if node.chain else "baseline"] for node in nodes}
    by_key = {node.key: certificates[node.chain[0].technique] for node in nodes[1:]}
    return points_of(
        request,
        nodes,
        measured=keyed,
        certificates=by_key,
        qualities={node.key: exact(0.9) for node in nodes},
        j_per_cpu_s=watts or Quantity.absent("energy"),
        search_cpu_s=30.0,
    )


def test_the_cheapest_certified_point_is_chosen():
    found = points({"baseline": measured(1.0), "a": measured(5.0), "b": measured(20.0)}, {"a": SURE, "b": UNSURE})

    assert [point.chain for point in found if point.id == chosen_of(found)["1"]] == [("a",)]


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ({}, measured(1.02, low=0.97)),
        ({"max_latency_s": 0.0005}, measured(9.0)),
        ({"max_size_bytes": 1e6}, measured(9.0)),
    ],
)
def test_what_is_not_surely_cheaper_or_too_slow_or_too_large_is_not_chosen_and_says_why(asked, own):
    found = points({"baseline": measured(1.0), "a": own}, {"a": SURE}, **asked)

    assert chosen_of(found) == {}
    assert found[1].reason


def test_the_search_is_repaid_after_so_many_answers():
    found = points({"baseline": measured(1.0), "a": measured(4.0)}, {"a": SURE})

    # 2.0 CPU-s for 1 000 answers become 0.5: 30 CPU-s are saved after 20 000.
    assert found[1].payback_calls == 20_000
    assert found[0].payback_calls is None


def test_joules_are_those_counted_else_modelled_from_the_trials_else_missing():
    counted = points({"baseline": measured(1.0, joules=80.0), "a": measured(4.0, joules=20.0)}, {"a": SURE})
    watts = joules_of_cpu_s([Quantity.around(100.0, 50.0, 200.0, provenance="modelled")], 10.0)
    modelled = points({"baseline": measured(1.0), "a": measured(4.0)}, {"a": SURE}, watts=watts)
    unknown = points({"baseline": measured(1.0), "a": measured(4.0)}, {"a": SURE})

    assert [(point.energy_per_1000_j.value, point.energy_per_1000_j.provenance) for point in counted] == [
        (80.0, "measured"),
        (20.0, "measured"),
    ]
    assert modelled[1].energy_per_1000_j.provenance == "modelled"
    assert modelled[1].energy_per_1000_j.value == pytest.approx(5.0)
    assert modelled[1].energy_per_1000_j.high == pytest.approx(10.0)
    assert unknown[1].energy_per_1000_j.is_missing


def test_keeping_what_there_is_has_its_reason():
    found = points({"baseline": measured(1.0), "a": measured(9.0)}, {"a": UNSURE})

    notes = notes_of(found, chosen_of(found), "gain", BUDGET)

    assert any("keep what you have" in note and "900 more labelled cases" in note for note in notes)


def test_every_chain_that_is_on_no_front_is_named_with_its_reason():
    cost = measured(0.4).costs
    dear = Node(chain=(Step(technique="int8"),), quality=0.9, costs=cost)
    failed = Node(chain=(Step(technique="prune"),), status="failed", reason="exit code 1: out of memory")
    base = Node(quality=0.9, refusals={"cache": "not applicable: no case came twice"})

    found = {each.chain: each.reason for each in rejected_of([base, dear, failed], [base], set(), request=ASKED)}

    assert found[("int8",)].startswith("dearer: 2.5 times")
    assert found[("prune",)] == "exit code 1: out of memory"
    assert found[("cache",)] == "not applicable: no case came twice"


def test_what_is_too_large_is_refused_for_its_size():
    large = Node(chain=(Step(technique="onnx"),), quality=0.9, costs=measured(9.0).costs, size_bytes=5_000_000)
    request = ModelRequest(model="m:f", cases="m:c", budget=BUDGET, max_size_bytes=1e6)

    found = rejected_of([Node(quality=0.9), large], [], set(), request=request)

    assert found[0].reason.startswith("its files take 5 MB")


@pytest.mark.parametrize(("ended_by", "said"), [("gain", "repay"), ("budget", "no budget left")])
def test_what_was_not_tried_says_whether_the_budget_was_spent(ended_by, said):
    base = Node(quality=0.9, offers=(Offered(technique="onnx", offer=Offer()),))

    found = rejected_of([base], [base], set(), request=ASKED, ended_by=ended_by)

    assert said in found[0].reason
