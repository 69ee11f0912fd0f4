"""What all repetitions of one comparison share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vatio.config import Config
from vatio.measure.paired._design import Arm
from vatio.measure.paired._order import Turn
from vatio.measure.paired.repeat._stopping import Stopping


class Setting(NamedTuple):
    """Hold what all repetitions of a comparison share. ``run`` is the comparison's own; ``open_meters`` a double's, if any."""

    run: str
    config: Config
    environ: Mapping[str, str]
    stopping: Stopping
    stage: str
    timeout_s: float | None = None
    outputs: str | None = None
    open_meters: Callable[..., Any] | None = None

    def configured(self, arm: Arm, turn: Turn) -> Config:
        """Name and tag a repetition; its environment is described once, in the first warm-up of each command."""
        is_described = turn.warm_up and turn.block == 0 and bool(arm.command)
        config, interval_s = self.config, self.config.meters.interval_s
        if self.timeout_s is not None:
            interval_s = min(interval_s, max(0.1, self.timeout_s / 10.0))
        return config.having(
            workload={"name": arm.name, "stage": self.stage, "tags": {**config.workload.tags, **turn.tags}},
            record={} if is_described else {"environment": "off"},
            meters={"interval_s": interval_s},
        )
