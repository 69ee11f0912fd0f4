"""What a search may spend: joules, or the CPU-seconds that stand for them where no joules are known."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from vatio.errors import UsageError
from vatio.records import Quantity

_WRITTEN = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*(J|kJ|MJ|cpu-s)", re.IGNORECASE)
_J = {"j": 1.0, "kj": 1e3, "mj": 1e6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Hold how much may be spent, in ``unit``: ``J`` or ``cpu_s``.

    Raises:
        UsageError: nothing could be spent.
    """

    amount: float
    unit: Literal["J", "cpu_s"]

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount) or self.amount <= 0.0:
            raise UsageError(f"a budget of {self.amount:g}", hint="give joules or CPU-seconds: 5kJ, 300cpu-s")

    @property
    def text(self) -> str:
        """Write it as it is read.

        >>> read_budget("5kJ").text
        '5000 J'
        """
        return spent_text(self.amount, self.unit)


def read_budget(text: str) -> Budget:
    """Read a budget: 800J, 5kJ, 300cpu-s.

    >>> read_budget("5kJ").amount
    5000.0

    Raises:
        UsageError: it is none.
    """
    found = _WRITTEN.fullmatch(text.strip())
    try:
        number = math.nan if found is None else float(found[1])
    except ValueError:
        number = math.nan
    if found is None or math.isnan(number):
        raise UsageError(f"budget {text!r:.40}", hint="give joules or CPU-seconds: 5kJ, 300cpu-s")
    unit = found[2].lower()
    return Budget(amount=number, unit="cpu_s") if unit == "cpu-s" else Budget(amount=number * _J[unit], unit="J")


def charged_j(energy_j: Quantity) -> float | None:
    """Give the joules that count: what was measured, or the high end of what was modelled; ``None`` where nothing is known.

    >>> charged_j(Quantity.around(10.0, 8.0, 15.0, provenance="modelled"))
    15.0
    """
    if energy_j.value is None or energy_j.provenance == "measured":
        return energy_j.value
    return energy_j.value if energy_j.high is None else energy_j.high


def spent_text(amount: float, unit: str) -> str:
    """Write what was spent."""
    return f"{amount:.4g} {'J' if unit == 'J' else 'CPU-s'}"
