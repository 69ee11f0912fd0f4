"""Plan many jobs together: zones, slots, capacity, priorities, and how far the plan may be from the best."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.fleet._fleet import Fleet as Fleet
    from vatio.plan.fleet._fleet import FleetJob as FleetJob
    from vatio.plan.fleet._fleet import FleetPlan as FleetPlan
    from vatio.plan.fleet._fleet import FleetZone as FleetZone
    from vatio.plan.fleet._fleet import Placement as Placement
    from vatio.plan.fleet._fleet import Unplaced as Unplaced
    from vatio.plan.fleet._solve import plan_fleet as plan_fleet

__getattr__, __dir__, __all__ = door(
    __name__, {"_fleet": "Fleet FleetJob FleetPlan FleetZone Placement Unplaced", "_solve": "plan_fleet"}
)
