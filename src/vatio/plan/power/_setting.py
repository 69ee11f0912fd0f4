"""Choose a power limit and a batch size by what was measured of each: cost = eta x E + (1 - eta) x Pmax x T (Zeus, NSDI'23).

An eta (the share that energy has in the cost) of 1 asks for the least energy, 0 for the least time; between them time is priced
at the device's greatest power.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vatio.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Hold one way to train: its batch size and power limit, and the joules and seconds to the target."""

    batch: int
    power_limit_w: float
    energy_j: float
    duration_s: float

    def cost_j(self, *, energy_share: float, max_power_w: float) -> float:
        """Price energy and time as one.

        >>> Setting(batch=32, power_limit_w=100.0, energy_j=50.0, duration_s=1.0).cost_j(energy_share=0.5, max_power_w=250.0)
        150.0
        """
        return energy_share * self.energy_j + (1.0 - energy_share) * max_power_w * self.duration_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Hold a setting beside the usual one: the share of energy that it saves, and how much longer it takes."""

    setting: Setting
    saved_ratio: float
    time_ratio: float


def choose(
    settings: Iterable[Setting],
    usual: Setting,
    *,
    energy_share: float = 1.0,
    max_power_w: float,
    max_slowdown_ratio: float = math.inf,
) -> Chosen:
    """Give the cheapest setting within a slowdown bound; the usual one is always allowed, and kept where nothing is cheaper.

    Raises:
        UsageError: the share of energy is none.
    """
    if not 0.0 <= energy_share <= 1.0:
        raise UsageError(f"energy_share is {energy_share:g}", hint="1 for the least energy, 0 for the least time")
    allowed = [one for one in settings if one.duration_s <= usual.duration_s * (1.0 + max_slowdown_ratio)]
    best = min((usual, *allowed), key=lambda one: one.cost_j(energy_share=energy_share, max_power_w=max_power_w))
    return Chosen(
        setting=best,
        saved_ratio=1.0 - best.energy_j / usual.energy_j,
        time_ratio=best.duration_s / usual.duration_s,
    )


def usual_setting(settings: Sequence[Setting], batch: int) -> Setting:
    """Give the setting of a batch size at the device's own power: the greatest limit.

    Raises:
        UsageError: nothing was measured at that batch size.
    """
    found = [one for one in settings if one.batch == batch]
    if not found:
        raise UsageError(
            f"nothing was measured at a batch of {batch}", hint=f"measured: {sorted({one.batch for one in settings})}"
        )
    return max(found, key=lambda one: one.power_limit_w)
