"""What carries a plan out: this host's waiter, or a scheduler."""

from __future__ import annotations

from typing import Protocol

from vatio.plan.engines._order import Filed


class Engine(Protocol):
    """Carry an order out at its time: whatever it does, in the end it calls `vatio run --plan ID`."""

    def submit(self, filed: Filed) -> str:
        """Hand the order over, and give what the engine calls it.

        Raises:
            Refused: the engine does not take it.
        """

    def standing(self, filed: Filed) -> str:
        """Tell how it stands there: ``waiting``, ``running``, ``gone``, or ``unknown`` where the engine cannot be asked."""

    def cancel(self, filed: Filed) -> None:
        """Take it back.

        Raises:
            MeasureError: the engine cannot be asked.
        """
