import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UnknownName, UsageError
from vatio.measure import Arm, PairedCosts, PairedDesign
from vatio.measure.paired._design import checked_arms
from vatio.measure.paired._identity import Words, difference, identity
from vatio.measure.paired._order import block_turns, turn_of

NAMES = st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8), min_size=2, max_size=6, unique=True)
COST = st.none() | st.floats(0.001, 1e6)
PLAIN = Words(tuple, str, str)


def an_arm(name: str = "a", **changed: object) -> Arm:
    return Arm(**{"name": name, "command": ("true",), **changed})  # type: ignore[arg-type]


@given(NAMES, st.integers(), st.integers(0, 1000), st.booleans())
def test_a_block_has_each_arm_once_in_an_order_that_its_seed_decides(
    names: list[str], seed: int, block: int, warm: bool
) -> None:
    turns = block_turns(tuple(names), seed=seed, block=block, warm_up=warm)

    assert sorted(turn.arm for turn in turns) == sorted(names)
    assert [turn.position for turn in turns] == list(range(len(names)))
    assert turns == block_turns(tuple(names), seed=seed, block=block, warm_up=warm)
    assert [turn_of(turn.tags) for turn in turns] == list(turns)


def test_either_of_two_arms_comes_first_in_about_half_of_the_blocks() -> None:
    first = sum(block_turns(("a", "b"), seed=7, block=block)[0].arm == "a" for block in range(1000))
    assert 440 < first < 560


@pytest.mark.parametrize(
    "tags", [{}, {"arm": "a"}, {"arm": "a", "block": "x", "position": "0"}, None, {"arm": "", "block": "1"}]
)
def test_a_run_with_other_tags_is_no_repetition(tags: object) -> None:
    assert turn_of(tags) is None


@given(st.lists(st.tuples(COST, COST), max_size=30))
def test_pairs_and_blocks_left_out_are_all_blocks(blocks: list[tuple[float | None, float | None]]) -> None:
    costs = PairedCosts(arms=("a", "b"), unit="J", blocks=tuple(blocks))
    there, back = costs.pairs("a", "b"), costs.pairs("b", "a")

    assert len(there) + costs.left_out("a", "b") == len(blocks)
    assert all(math.isclose(x * y, 1.0, rel_tol=1e-9) for x, y in zip(there, back, strict=True))


def test_an_arm_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="candidat"):
        PairedCosts(arms=("baseline", "candidate"), unit="J", blocks=()).of("candidat")


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": ()},
        {"call": print},
        {"command": "python train.py"},
        {"name": ""},
        {"name": " "},
        {"name": "a\nb"},
        {"name": "a" * 300},
        {"name": 3},
        {"isolated": True},
        {"command": (), "call": print, "cwd": "/"},
        {"command": (), "call": print, "environ": {"A": "1"}},
    ],
)
def test_an_arm_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        an_arm(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pairs": 0},
        {"pairs": -1},
        {"pairs": 2.5},
        {"pairs": True},
        {"warm_up": -1},
        {"seed": "a"},
        {"rest_s": -1.0},
        {"rest_s": math.inf},
        {"max_time_s": 0.0},
        {"max_time_s": math.nan},
        {"timeout_s": 0},
        {"pin": ()},
        {"pin": (-1,)},
        {"outliers": "some"},
    ],
)
def test_a_design_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        PairedDesign(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        ((), "0 arms"),
        ((an_arm(),), "1 arms"),
        ((an_arm(), an_arm()), "two arms are named 'a'"),
        ((an_arm(), an_arm("b", cwd="/no/such/folder")), "folder of b is not there"),
    ],
)
def test_arms_that_cannot_be_compared_are_refused(arms: tuple[Arm, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        checked_arms(arms)


def test_what_makes_a_comparison_another_one_is_named() -> None:
    def said(arm: Arm, host: str = "h", **design: object) -> bytes:
        return identity((an_arm(), arm), PairedDesign(**design), host=host, words=PLAIN)  # type: ignore[arg-type]

    known = said(an_arm("b"))
    assert difference(known, said(an_arm("b"), pairs=99, max_time_s=5.0)) == ""
    assert difference(known, said(an_arm("b"), seed=2)) == "design.seed was 0, and is 2"
    assert difference(known, said(an_arm("b"), host="other")) == 'host was "h", and is "other"'
    assert "arms[1].command[0]" in difference(known, said(an_arm("b", command=("false",))))
    assert "arms[1].environ.A" in difference(known, said(an_arm("b", environ={"A": "1"})))
    assert "all of it" in difference(b"not json", known)
