"""A lower bound on what any plan emits, and prices of capacity: Lagrangian relaxation of the capacities by subgradients.

With a price on each watt-slot, every job finds its cheapest place alone; what they pay together, less what the capacity is
worth, is less than the cost of any plan that keeps the capacity (Held, Wolfe and Crowder, 1974).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vatio.plan.fleet._arrays import Arrays

_FEWEST, _PATIENCE = 30, 12


class Bound(NamedTuple):
    """Hold the bound in grams, and the prices (zones x slots, grams a watt-slot) that gave it."""

    total_g: float
    price: Any


def lower_bound(arrays: Arrays, upper_g: float, *, rounds: int) -> Bound:
    """Raise the prices where jobs crowd, lower them where there is room, and keep the best bound."""
    np = arrays.np
    endless = np.full_like(arrays.capacity, np.inf)
    watts = arrays.capacity[0]
    finite = np.isfinite(watts)
    price = np.zeros_like(arrays.g_per_w)
    best = Bound(-np.inf, price.copy())
    step, since = 1.5, 0
    for turn in range(rounds):
        used, paid_g = np.zeros_like(watts), 0.0
        for job, choice in enumerate(arrays.choices(price)):
            spot = arrays.spot(job, endless, choice)
            if spot is None:  # a window shorter than the job is refused before
                continue
            paid_g += spot.cost_g + float(price[spot.zone, spot.slots].sum()) * arrays.demand[job, 0]
            used[spot.zone, spot.slots] += arrays.demand[job, 0]
        worth = paid_g - float((price[finite] * watts[finite]).sum())
        since = 0 if worth > best.total_g + 1e-9 * abs(worth) else since + 1
        if worth > best.total_g:
            best = Bound(worth, price.copy())
        if since >= _PATIENCE:
            step, since, price = step / 2.0, 0, best.price.copy()
        excess = np.where(finite, used - np.where(finite, watts, 0.0), 0.0)
        norm = float((excess**2).sum())
        if norm == 0.0 or (turn >= _FEWEST and step < 1e-3):
            break
        price = np.maximum(0.0, price + step * max(upper_g - worth, 1e-9 * abs(upper_g)) / norm * excess)
    return best
