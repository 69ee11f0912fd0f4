import math
from dataclasses import replace

from vatio.optimise.model._chain import Step
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.climb._choice import Stakes, best_of, nexts, to_certify, unpaid
from vatio.optimise.model.trials._cost import Cost
from vatio.optimise.model.trials._node import Node, Offered
from vatio.records import Interval


def cost(times, batch=1):
    exact = Interval(value=times, low=times, high=times)
    own = Interval(value=1.0 / times, low=1.0 / times, high=1.0 / times)
    return Cost(batch=batch, cpu_s_per_1000=own, times=exact, rounds=5)


def node(*names, times=1.0, quality=0.9, offers=(), **more):
    chain = tuple(Step(technique=name) for name in names)
    kind = more.pop("kind", names[-1] if names else "base")
    return Node(chain=chain, kind=kind, quality=quality, costs={1: cost(times)}, offers=tuple(offers), **more)


def offer(name, **given):
    return Offered(technique=name, offer=Offer(**given))


def stakes(lows=None, whole_cpu_s=math.inf, **given):
    return Stakes(whole_cpu_s=whole_cpu_s, max_loss=0.01, spread=0.02, lows=lows or {}, **given)


def names_of(found):
    return [" > ".join([*(step.technique for step in each.parent.chain), each.offered.technique]) for each in found]


def test_what_saves_the_same_for_less_is_tried_first():
    base = node(offers=[offer("dear", cost_cpu_s=50.0, times=5.0), offer("cheap", cost_cpu_s=0.1, times=5.0)])

    assert names_of(nexts([base], set(), stakes=stakes())) == ["cheap", "dear"]


def test_what_cannot_repay_itself_is_not_tried_and_is_named():
    base = node(offers=[offer("dear", cost_cpu_s=50.0, times=5.0)])

    assert nexts([base], {"baseline"}, stakes=stakes(whole_cpu_s=10.0)) == []
    assert list(unpaid([base], {"baseline"})) == [("dear",)]


def test_a_step_that_made_things_dearer_once_is_not_tried_again():
    base = node(offers=[offer("int8", times=4.0), offer("prune", times=2.0, reach="network")])
    worse = node("int8", times=0.5)
    pruned = node("prune", times=2.0, kind="base", reach="network", offers=[offer("int8", times=4.0)])

    assert "prune > int8" not in names_of(
        nexts([base, worse, pruned], {worse.key, pruned.key}, stakes=stakes({pruned.key: 0.0}))
    )


def test_a_form_that_is_beaten_by_another_of_its_kind_is_not_extended():
    base = node()
    good = node("a", times=4.0, kind="net", offers=[offer("x", times=2.0)])
    beaten = node("b", times=2.0, kind="net", quality=0.89, offers=[offer("x", times=2.0)])

    assert names_of(nexts([base, good, beaten], set(), stakes=stakes({good.key: 0.0, beaten.key: 0.0}))) == ["a > x"]


def test_steps_in_another_order_are_not_tried_again():
    base = node()
    first = node("a", times=2.0, offers=[offer("b", times=2.0)])
    second = node("b", times=2.5, offers=[offer("a", times=2.0)])
    both = node("a", "b", times=4.0)
    tried = {each.key for each in (first, second, both)}

    assert nexts([base, first, second, both], tried, stakes=stakes({each.key: 0.0 for each in (first, second, both)})) == []


def test_a_cheap_form_that_will_not_be_certified_does_not_hide_a_sure_one():
    base = node(offers=[offer("exact", times=100.0, is_exact=True)])
    cheap = node("risky", times=1000.0, quality=0.89, is_exact=False)

    assert best_of([base, cheap], 1, stakes({cheap.key: -0.05})) is base
    assert names_of(nexts([base, cheap], {cheap.key}, stakes=stakes({cheap.key: -0.05}))) == ["exact"]


def test_the_network_is_made_smaller_for_the_sake_of_what_follows():
    base = node(offers=[offer("prune", times=2.0, reach="network", cost_cpu_s=3.0)])
    int8 = node("int8", times=10.0)

    found = nexts([base, int8], {int8.key}, stakes=stakes({int8.key: 0.0}))

    assert names_of(found) == ["prune"]
    assert found[0].saved_ratio == (1 / 10 - 1 / 20)


def test_few_are_opened_to_the_certifying_cases_and_the_surest_is_among_them():
    base = node()
    nodes = [node(f"t{at}", times=2.0 + at, is_exact=False) for at in range(10)]
    lows = {each.key: -0.005 - 0.001 * at for at, each in enumerate(nodes)}
    exact = node("exact", times=1.5)

    found = to_certify([base, *nodes, exact], stakes=stakes({**lows, exact.key: 0.0}), batches=(1,))

    assert len(found) <= 5
    assert exact in found


def test_what_loses_too_much_or_saves_nothing_is_not_opened():
    base = node()
    bad, dear = node("bad", times=9.0, quality=0.5), node("dear", times=0.9)

    assert to_certify([base, bad, dear], stakes=stakes({bad.key: -0.5, dear.key: 0.0}), batches=(1,)) == []


def test_what_is_too_large_is_not_opened_in_place_of_what_is_not():
    base = node()
    large, small = node("large", times=9.0, size_bytes=10_000), node("small", times=3.0, size_bytes=100)

    found = to_certify([base, large, small], stakes=stakes(most_bytes=1000.0), batches=(1,))

    assert found == [small]


def test_another_algorithm_is_tried_though_the_model_itself_is_beaten_by_a_form_of_its_kind():
    base = node(offers=[offer("forest", times=50.0, reach="algorithm"), offer("int8", times=9.0)])
    cut = node("cut", times=3.0, kind="base", reach="network", offers=[offer("forest", times=50.0, reach="algorithm")])

    assert names_of(nexts([base, cut], {cut.key}, stakes=stakes({cut.key: 0.0}))) == ["forest"]


def test_a_trifle_that_cost_ten_times_what_it_said_does_not_make_everything_dear():
    trifle, dear = offer("many", params={"which": "a"}, cost_cpu_s=0.01), offer("many", params={"which": "b"}, cost_cpu_s=3.0)
    base = node(offers=[trifle, dear])
    done = replace(node("many", times=1.5), chain=(trifle.step,), build_cpu_s=0.1)

    (left,) = nexts([base, done], {done.key}, stakes=stakes())

    assert 3.0 < left.cost_cpu_s < 4.5
