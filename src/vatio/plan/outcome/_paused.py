"""Tell a run's pauses by its plan from the time for which its machine was suspended."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records import RunRecord

# What a pause by the plan is called among a run's gaps.
PAUSED = "paused by the plan"


def running_s(record: RunRecord) -> float:
    """Give the seconds for which a run was not paused.

    ``paused_s`` counts the time of a suspended machine too, which is no part of ``duration_s``: its clock stood still.
    """
    counted_s = math.fsum(gap.end_s - gap.start_s for gap in record.gaps if gap.reason == PAUSED)
    return max(0.0, record.duration_s - min(record.paused_s, counted_s))
