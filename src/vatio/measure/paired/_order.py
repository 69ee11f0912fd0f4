"""In which order the arms of a block come: drawn from the seed, the same on every machine and in every year."""

from __future__ import annotations

from typing import NamedTuple

WARM_UP = "w"


class Turn(NamedTuple):
    """Name one repetition: which arm, in which block, at which place in it."""

    arm: str
    block: int
    position: int
    warm_up: bool

    @property
    def tags(self) -> dict[str, str]:
        """Give the tags by which its run is found again."""
        mark = WARM_UP if self.warm_up else ""
        return {"arm": self.arm, "block": f"{mark}{self.block}", "position": str(self.position)}


def block_turns(arms: tuple[str, ...], *, seed: int, block: int, warm_up: bool = False) -> tuple[Turn, ...]:
    """Draw the order of one block.

    Sorted by digests and not by ``random``, whose shuffle Python may change.

    >>> [turn.arm for turn in block_turns(("a", "b"), seed=0, block=0)]
    ['b', 'a']
    """
    from vatio.digest import sha256

    def drawn(arm: str) -> bytes:
        return sha256(f"{seed}\0{int(warm_up)}\0{block}\0{arms.index(arm)}".encode()).digest()

    return tuple(Turn(arm, block, position, warm_up) for position, arm in enumerate(sorted(arms, key=drawn)))


def turn_of(tags: object) -> Turn | None:
    """Read the turn back from a run's tags; ``None`` where they are not those of a repetition."""
    if not hasattr(tags, "get"):
        return None
    arm, block, position = (str(tags.get(name, "")) for name in ("arm", "block", "position"))
    number = block.removeprefix(WARM_UP)
    if not arm or not number.isdecimal() or not position.isdecimal():
        return None
    return Turn(arm, int(number), int(position), block.startswith(WARM_UP))
