"""A stretch of monotonic time."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.errors import InvalidRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Hold a begin and an end in seconds of one monotonic clock.

    >>> Span(start_s=1.0, end_s=3.5).duration_s
    2.5

    Raises:
        InvalidRecord: the span ends before it starts.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not self.start_s <= self.end_s:
            raise InvalidRecord(f"a span from {self.start_s} to {self.end_s} s")

    @property
    def duration_s(self) -> float:
        """Give the length in seconds."""
        return self.end_s - self.start_s

    def overlap_s(self, other: Span) -> float:
        """Give the seconds that both spans cover."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))
