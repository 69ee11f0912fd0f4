"""Carry a comparison out, block by block, and stop as soon as there is a reason to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from vatio.measure.paired._costs import costs_of, price_all
from vatio.measure.paired._design import Arm, PairedDesign
from vatio.measure.paired._measurement import PairedCosts, PairedProgress, Repetition
from vatio.measure.paired._order import Turn, block_turns
from vatio.measure.paired._yardstick import CPU_TIME, Yardstick, choose
from vatio.measure.paired.repeat import Pin, Setting, repeat

Stop = Callable[[PairedCosts], bool]
Progress = Callable[[PairedProgress], None]
# An arm that fails from the start will go on failing; one that fails now and then is given up after this many.
_MOST_FAILURES = 3


class Asked(NamedTuple):
    """Hold what is to be compared, and who is asked and told meanwhile."""

    arms: tuple[Arm, ...]
    design: PairedDesign
    stop: Stop | None = None
    progress: Progress | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the arms."""
        return tuple(arm.name for arm in self.arms)


class Comparison:
    """Hold the repetitions of a comparison while it goes on; ``run()`` makes those that are missing and says why it ended."""

    def __init__(self, asked: Asked, setting: Setting, *, earlier: tuple[Repetition, ...] = ()) -> None:
        self._asked, self._setting = asked, setting
        self._raw = list(earlier)
        self._made = {(each.arm, each.warm_up, each.block) for each in earlier}
        self._pin = Pin(asked.design)
        self._said: list[str] = []
        self._begun_s = time.monotonic()
        self._longest_s = 0.0
        self.yardstick: Yardstick | None = None

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """Give every repetition so far, with its cost."""
        return price_all(self._raw, self.yardstick or CPU_TIME, design=self._asked.design)

    @property
    def costs(self) -> PairedCosts:
        """Give the costs so far."""
        design, unit = self._asked.design, (self.yardstick or CPU_TIME).unit
        return costs_of(self.repetitions, self._asked.names, unit=unit, design=design, elapsed_s=self._elapsed_s())

    @property
    def notes(self) -> tuple[str, ...]:
        """Give what there is to say of how it was measured, each thing once."""
        note = (self.yardstick or CPU_TIME).note
        return tuple(dict.fromkeys(text for text in (note, self._pin.note, *self._said) if text))

    def run(self) -> str:
        """Make the repetitions that are missing; give why it ended: pairs, stop, time, failure or signal."""
        for turns in self._blocks():
            begun_s = time.monotonic()
            if self._is_missing(turns) and self._is_late(begun_s):
                return "time"
            for turn in turns:
                if self._setting.stopping.heard or not self._repeated(turn):
                    return "signal"
            self._longest_s = max(self._longest_s, time.monotonic() - begun_s)
            reason = self._ended(turns)
            if reason:
                return reason
        return "pairs"

    def _blocks(self) -> Iterator[tuple[Turn, ...]]:
        design, names = self._asked.design, self._asked.names
        for block in range(design.warm_up):
            yield block_turns(names, seed=design.seed, block=block, warm_up=True)
        for block in range(design.pairs):
            yield block_turns(names, seed=design.seed, block=block)

    def _ended(self, turns: tuple[Turn, ...]) -> str:
        """Look at what a whole block has shown: by what to measure, where to run, whether to go on."""
        if self.yardstick is None:
            first = [each for each in self._raw if (each.warm_up, each.block) == (turns[0].warm_up, turns[0].block)]
            self.yardstick = choose([each.record for each in first if each.ok and each.record is not None])
        is_warm_up = turns[0].warm_up
        self._pin.choose([each for each in self._raw if each.warm_up and each.block == 0 and each.ok])
        if len(self._asked.arms) - len(self._given_up()) < 2:
            return "failure"
        is_enough = not is_warm_up and self._asked.stop is not None and self._asked.stop(self.costs)
        return "stop" if is_enough else ""

    def _given_up(self) -> set[str]:
        """Name the arms that are tried no more."""
        found, everyone = set(), self.repetitions
        for arm in self._asked.names:
            own = [each for each in everyone if each.arm == arm]
            failed = sum(not each.ok for each in own)
            if own and (failed == len(own) or failed >= _MOST_FAILURES):
                found.add(arm)
        return found

    def _is_missing(self, turns: tuple[Turn, ...]) -> bool:
        return any((turn.arm, turn.warm_up, turn.block) not in self._made for turn in turns)

    def _is_late(self, now_s: float) -> bool:
        """Tell whether a block like the longest one would not end in time; the first one is always begun."""
        limit_s = self._asked.design.max_time_s
        return limit_s is not None and self._longest_s > 0.0 and now_s - self._begun_s + self._longest_s > limit_s

    def _repeated(self, turn: Turn) -> bool:
        """Make one repetition, unless it is there already or its arm is given up; tell whether to go on."""
        if (turn.arm, turn.warm_up, turn.block) in self._made or (self.yardstick and turn.arm in self._given_up()):
            return True
        if self._made and not self._rested():
            return False
        arm = next(arm for arm in self._asked.arms if arm.name == turn.arm)
        repeated = repeat(arm, turn, setting=self._setting, cpus=self._pin.cpus)
        self._said += [note for note in repeated.notes if note not in self._said]
        if self._setting.stopping.heard:
            return False
        self._raw.append(repeated.repetition)
        self._made.add((turn.arm, turn.warm_up, turn.block))
        self._tell()
        return True

    def _rested(self) -> bool:
        """Rest before a repetition; tell whether nothing came meanwhile."""
        if self._asked.design.rest_s <= 0.0:
            return True
        try:
            with self._setting.stopping.interruptible():
                time.sleep(self._asked.design.rest_s)
        except KeyboardInterrupt:
            return False
        return True

    def _tell(self) -> None:
        if self._asked.progress is None:
            return
        design, last = self._asked.design, self.repetitions[-1]
        progress = PairedProgress(
            run=self._setting.run,
            done=len(self._raw),
            planned=(design.warm_up + design.pairs) * len(self._asked.arms),
            latest=last,
            elapsed_s=self._elapsed_s(),
        )
        self._asked.progress(progress)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begun_s
