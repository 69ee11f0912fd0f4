"""What an estimate is asked for, checked: a number that cannot be, or whose unit must be another one, is an error."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vatio.account.estimates._shape import ModelShape
from vatio.errors import UsageError
from vatio.units import S_PER_HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold the work and the place of an estimate; what is ``None`` is not known.

    ``hardware`` pairs names with counts; ``duration_s`` is how long all of them run. ``power_w`` is the draw of one, as
    stated. ``parameters`` are those of the whole model, ``active_parameters`` those that one token meets.

    Raises:
        UsageError: a number is negative, not finite, or implausible for its unit.
    """

    hardware: tuple[tuple[str, float], ...] = ()
    duration_s: float | None = None
    power_w: float | None = None
    pue: float | None = None
    zone: str | None = None
    intensity_g_per_kwh: float | None = None
    parameters: int | None = None
    active_parameters: int | None = None
    tokens: int | None = None
    flop: float | None = None
    utilisation_ratio: float | None = None
    model: ModelShape | None = None
    requests: int | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    batch: int | None = None

    def __post_init__(self) -> None:
        for name, count in self.hardware:
            _within(f"the count of {name}", count, 0.01, 1e7, "how many of them run")
        if self.duration_s is not None:
            _within("the time in hours", self.duration_s / S_PER_HOUR, 1e-6, _MOST_CHIP_HOURS, "--hours is a time above 0")
        for name, what, least, most, hint in _BOUNDS:
            value = getattr(self, name)
            if value is not None:
                _within(what, value, least, most, hint)
        if self.active_parameters and self.parameters and self.active_parameters > self.parameters:
            raise UsageError("more active parameters than parameters", hint="--params is the whole model, all experts")
        if self.zone is not None and self.intensity_g_per_kwh is not None:
            raise UsageError("a zone and an intensity", hint="give one of --zone and --intensity")

    @property
    def whole_parameters(self) -> int | None:
        """Give the parameters that lie in memory."""
        return self.parameters or (self.model.parameters if self.model else None)

    @property
    def met_parameters(self) -> int | None:
        """Give the parameters that one token meets."""
        return self.active_parameters or (self.model.active_parameters if self.model else self.parameters)

    @property
    def is_inference(self) -> bool:
        """Tell whether requests are asked about."""
        return any(count is not None for count in (self.requests, self.prompt_tokens, self.output_tokens))


# Published accounts give chip-hours without a count; 200 000 chips for five years are the most that anybody has.
_MOST_CHIP_HOURS = 1e10
# Field, words, least, most, and what to do: the bounds are far from anything true, so that what passes them is another unit.
_BOUNDS: tuple[tuple[str, str, float, float, str], ...] = (
    ("power_w", "the power", 0.5, 200_000.0, "--power-w is watts of one piece of hardware: 700, not 0.7 kW"),
    ("pue", "the PUE", 1.0, 3.0, "a PUE is a ratio of at least 1, such as 1.1, not a percentage"),
    ("intensity_g_per_kwh", "the intensity", 1.0, 2_500.0, "--intensity is grams per kWh: 385, not 0.385 kg"),
    ("parameters", "the number of parameters", 1e4, 1e14, "write 8b or 8e9 for eight billion"),
    ("active_parameters", "the number of active parameters", 1e4, 1e14, "write 8b or 8e9 for eight billion"),
    ("tokens", "the number of tokens", 1e3, 1e16, "write 15t or 15e12 for fifteen trillion"),
    ("flop", "the computation", 1e6, 1e30, "FLOP, not FLOP/s"),
    ("utilisation_ratio", "the utilisation", 1e-3, 1.0, "--mfu is a ratio: 0.4, not 40 %"),
    ("requests", "the number of requests", 1, 1e18, "a whole number of at least 1"),
    ("prompt_tokens", "the prompt's tokens", 0, 1e8, "tokens of one request"),
    ("output_tokens", "the output's tokens", 0, 1e8, "tokens of one request"),
    ("batch", "the batch", 1, 1e6, "requests that are served at one time"),
)


def _within(what: str, value: float, least: float, most: float, hint: str) -> None:
    if not math.isfinite(value):
        raise UsageError(f"{what} is {value}", hint=hint)
    if not least <= value <= most:
        side, bound = ("below", least) if value < least else ("above", most)
        raise UsageError(f"{what} is {value:g}, {side} {bound:g}", hint=hint)
