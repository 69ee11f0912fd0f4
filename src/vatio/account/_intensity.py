"""How an electricity's carbon intensity changes with time, and what energy drawn under it emits."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from vatio.errors import InvalidQuantity
from vatio.records import Quantity, Span
from vatio.units import kwh

KINDS = ("average", "marginal", "market")


@dataclass(frozen=True, slots=True, kw_only=True)
class IntensityCurve:
    """Hold a step curve: each value (grams of CO2e per kWh) holds from its start to the next start, the last to ``end_s``.

    ``None`` is a hole: a slot for which nothing is known. ``end_s`` of ``None`` lets the last value hold for ever. One
    curve is of one ``kind`` (average, marginal or market): kinds are never mixed. Of a forecast, ``low_g_per_kwh`` and
    ``high_g_per_kwh`` are the interval of each value; a curve without them is taken as it is.

    Raises:
        InvalidQuantity: starts are not increasing, a value is negative or not finite, lengths differ, or all is a hole.
    """

    starts_s: tuple[float, ...]
    values_g_per_kwh: tuple[float | None, ...]
    end_s: float | None = None
    kind: str = "average"
    source: str = ""
    zone: str = ""
    low_g_per_kwh: tuple[float | None, ...] = ()
    high_g_per_kwh: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        if not self.starts_s or len(self.starts_s) != len(self.values_g_per_kwh):
            raise InvalidQuantity(f"{len(self.starts_s)} starts and {len(self.values_g_per_kwh)} values")
        ends = self.starts_s if self.end_s is None else (*self.starts_s, self.end_s)
        if not all(map(math.isfinite, ends)) or any(late <= early for early, late in pairwise(ends)):
            raise InvalidQuantity("the starts of an intensity curve must increase", hint="sort the rows, drop the doubles")
        known = self._known
        if not known or not all(math.isfinite(value) and value >= 0.0 for value in known):
            raise InvalidQuantity("an intensity must be finite and not negative", hint="a hole is None, not NaN or -1")
        if self.kind not in KINDS:
            raise InvalidQuantity(f"intensity kind {self.kind!r}", hint=f"use one of {', '.join(KINDS)}")
        if self.low_g_per_kwh or self.high_g_per_kwh:
            self._check_interval()

    def _check_interval(self) -> None:
        sides = (self.low_g_per_kwh, self.values_g_per_kwh, self.high_g_per_kwh)
        if len({len(side) for side in sides}) > 1:
            raise InvalidQuantity(f"{len(sides[0])} lows, {len(sides[1])} values and {len(sides[2])} highs")
        for low, value, high in zip(*sides, strict=True):
            known = [one for one in (low, value, high) if one is not None]
            if len(known) not in (0, 3) or known != sorted(known) or not all(0.0 <= one < math.inf for one in known):
                raise InvalidQuantity(f"not 0 <= low <= value <= high: {low}, {value}, {high}")

    @property
    def _known(self) -> list[float]:
        return [value for value in self.values_g_per_kwh if value is not None]

    def covered_ratio(self, span: Span) -> float:
        """Give the share of a span for which the curve knows a value.

        >>> IntensityCurve(starts_s=(0.0,), values_g_per_kwh=(200.0,)).covered_ratio(Span(start_s=-60.0, end_s=60.0))
        0.5
        """
        seconds = math.fsum(seconds for seconds, value in self._pieces(span, self.values_g_per_kwh) if value is not None)
        return (
            min(1.0, seconds / span.duration_s)
            if span.duration_s
            else float(self._at(span.start_s, self.values_g_per_kwh) is not None)
        )

    def mean_g_per_kwh(self, span: Span) -> float:
        """Give the mean over a span, weighted by time; the value at its start if it has no length.

        Raises:
            InvalidQuantity: the span reaches into a hole or past the curve's ends.
        """
        pieces = self._pieces(span, self.values_g_per_kwh)
        holes = [seconds for seconds, value in pieces if value is None]
        if holes:
            raise InvalidQuantity(
                f"the curve knows nothing of {math.fsum(holes):g} s of {span.duration_s:g} s",
                hint="use quantity(span), which widens the interval instead",
            )
        if not span.duration_s:
            return pieces[0][1] or 0.0
        mean = math.fsum(seconds * (value or 0.0) for seconds, value in pieces) / span.duration_s
        return min(max(mean, min(value or 0.0 for _, value in pieces)), max(value or 0.0 for _, value in pieces))

    def quantity(self, span: Span) -> Quantity:
        """Give the mean with an interval: where the curve has a hole, anything between its least and its greatest value.

        >>> half = IntensityCurve(starts_s=(0.0, 30.0), values_g_per_kwh=(100.0, None))
        >>> half.quantity(Span(start_s=0.0, end_s=60.0)).missing
        ()
        """
        known = self._known
        lows, highs = self.low_g_per_kwh or self.values_g_per_kwh, self.high_g_per_kwh or self.values_g_per_kwh
        low = self._mean_g(span, lows, min(value for value in lows if value is not None))
        value = self._mean_g(span, self.values_g_per_kwh, math.fsum(known) / len(known))
        high = self._mean_g(span, highs, max(value for value in highs if value is not None))
        filled = any(value is None for _, value in self._pieces(span, self.values_g_per_kwh))
        source = f"{self.source}, holes filled by its range" if filled and self.source else self.source or None
        value = min(max(value, low), max(low, high))
        return Quantity.around(value, low, max(low, high), provenance="default" if filled else "modelled", source=source)

    def _mean_g(self, span: Span, values: tuple[float | None, ...], rest: float) -> float:
        """Give the mean of one side of the curve, a hole taken at a value that stands in for it."""
        pieces = self._pieces(span, values)
        weights = [seconds for seconds, _ in pieces] if span.duration_s else [1.0] * len(pieces)
        known = [rest if value is None else value for _, value in pieces]
        return math.fsum(weight * value for weight, value in zip(weights, known, strict=True)) / math.fsum(weights)

    def _at(self, moment_s: float, values: tuple[float | None, ...]) -> float | None:
        if moment_s < self.starts_s[0] or (self.end_s is not None and moment_s >= self.end_s):
            return None
        return values[bisect_right(self.starts_s, moment_s) - 1]

    def _pieces(self, span: Span, values: tuple[float | None, ...]) -> list[tuple[float, float | None]]:
        """Cut a span at the curve's steps: seconds and value of each piece."""
        first, last = bisect_right(self.starts_s, span.start_s), bisect_right(self.starts_s, span.end_s)
        inner = list(self.starts_s[first:last])
        if self.end_s is not None and span.start_s < self.end_s < span.end_s:
            inner.append(self.end_s)
        cuts = [span.start_s, *(cut for cut in inner if cut < span.end_s), span.end_s]
        return [(late - early, self._at(early, values)) for early, late in pairwise(cuts)]


def operational_emissions_g(energy_j: float, curve: IntensityCurve, span: Span, *, pue: float = 1.0) -> float:
    """Give the grams of CO2e for energy drawn evenly over a span (ISO/IEC 21031: O = E x I).

    >>> flat = IntensityCurve(starts_s=(0.0,), values_g_per_kwh=(200.0,))
    >>> operational_emissions_g(3.6e6, flat, Span(start_s=0.0, end_s=60.0), pue=1.5)
    300.0
    """
    return kwh(energy_j) * pue * curve.mean_g_per_kwh(span)
