"""Keep one run through a ledger that is closed while the process forks: a connection never crosses a fork."""

from __future__ import annotations

from typing import Any

from vatio.config import Config
from vatio.measure.wrap import Parts


class Folding:
    """Open a keeper, fold it away before a fork, and open it again for what comes after."""

    def __init__(self) -> None:
        self._config: Config | None = None
        self._keeper: Any = None

    def open(self, config: Config) -> Folding:
        """Open what keeps the run."""
        self._config = config
        self._keeper = Parts().open_keeper(config)
        return self

    def fold(self) -> None:
        """Close the ledger; an outbox has no connection, and goes on where it was."""
        if self._keeper is not None and self._keeper.ledger is not None:
            self._keeper.close()
            self._keeper = None

    def __getattr__(self, name: str) -> Any:
        if self._keeper is None and self._config is not None:
            self._keeper = Parts().open_keeper(self._config)
        return getattr(self._keeper, name)
