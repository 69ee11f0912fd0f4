"""Write a plan of many jobs as ``vatio.fleet/1``."""

from __future__ import annotations

import math
from typing import Any

from vatio.cli.planning._fleeting import Fleeted
from vatio.report.fleet import ZoneLoad


def document(found: Fleeted) -> dict[str, Any]:
    """Give the plan for JSON: zones by slot, placements with their windows, what has no place and why."""
    shown = found.shown
    both = shown.now_both_g
    saved = None if both is None or not both[0] else 1.0 - both[1] / both[0]
    return {
        "schema": "vatio.fleet/1",
        "start": shown.begin,
        "end": shown.start_of(shown.slots),
        "slot_s": shown.slot_s,
        "emissions_g": shown.emissions_g,
        "now_emissions_g": shown.now_g,
        "saved_ratio": saved,
        "bound_g": found.plan.bound_g if found.plan else None,
        "gap_ratio": shown.gap_ratio,
        "solver": shown.solver,
        "cpu_s": found.plan.cpu_s if found.plan else 0.0,
        "zones": [_zone(zone) for zone in shown.zones],
        "placements": [
            {
                "id": one.job,
                "zone": one.zone,
                "windows": [{"start": start, "end": end} for start, end in one.windows],
                "emissions_g": None if one.has_begun else one.emissions_g,
                "begun": one.has_begun,
            }
            for one in shown.placed
        ],
        "unplaced": [{"id": one.job, "reason": one.reason, "proved": one.proved} for one in shown.lost],
        "notes": list(shown.notes),
    }


def _zone(zone: ZoneLoad) -> dict[str, Any]:
    return {
        "name": zone.name,
        "capacity_w": zone.capacity_w if zone.capacity_w < math.inf else None,
        "g_per_kwh": list(zone.g_per_kwh),
        "held_w": list(zone.held_w),
        "planned_w": list(zone.planned_w),
        "jobs": zone.jobs,
    }
