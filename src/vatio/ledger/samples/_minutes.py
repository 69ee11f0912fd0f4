"""Show a run by the minute, from the columns that were folded when it was sealed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from vatio.records import Channel

_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Hold a run by the minute. ``starts_s`` are seconds since its start; ``counts`` the rows of each minute.

    ``lows`` and ``highs`` are the extremes of a gauge, or the first and last value of a counter; ``means`` are a gauge's,
    NaN for a counter; one column a channel, NaN where a minute had no value.
    """

    channels: tuple[Channel, ...]
    starts_s: Sequence[float]
    counts: Sequence[float]
    lows: tuple[Sequence[float], ...]
    highs: tuple[Sequence[float], ...]
    means: tuple[Sequence[float], ...]

    @classmethod
    def of_columns(cls, channels: tuple[Channel, ...], columns: Sequence[Sequence[float]]) -> Minutes:
        """Read the columns that ``MinuteFold`` made."""
        lows: list[Sequence[float]] = []
        highs: list[Sequence[float]] = []
        means: list[Sequence[float]] = []
        at = 2
        for channel in channels:
            if channel.kind == "counter":
                lows.append(columns[at])
                highs.append(columns[at + 1])
                means.append(array("d", [_NAN]) * len(columns[0]))
                at += 2
            else:
                lows.append(columns[at])
                highs.append(columns[at + 1])
                means.append(_means(columns[at + 2], columns[at + 3]))
                at += 4
        return cls(
            channels=channels,
            starts_s=columns[0],
            counts=columns[1],
            lows=tuple(lows),
            highs=tuple(highs),
            means=tuple(means),
        )


def _means(counts: Sequence[float], totals: Sequence[float]) -> Sequence[float]:
    return array("d", [total / count if count else _NAN for count, total in zip(counts, totals, strict=True)])
