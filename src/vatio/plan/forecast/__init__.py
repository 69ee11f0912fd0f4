"""Forecast a zone's intensity from its own past: hourly, with intervals, with a guard that says which gains are real."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.forecast._band import Band as Band
    from vatio.plan.forecast._band import bands as bands
    from vatio.plan.forecast._band import missed as missed
    from vatio.plan.forecast._choose import at_once as at_once
    from vatio.plan.forecast._choose import cheapest_hours as cheapest_hours
    from vatio.plan.forecast._choose import cheapest_window as cheapest_window
    from vatio.plan.forecast._fill import filled as filled
    from vatio.plan.forecast._forecast import LONGEST_H as LONGEST_H
    from vatio.plan.forecast._forecast import Forecast as Forecast
    from vatio.plan.forecast._forecast import forecast as forecast
    from vatio.plan.forecast._guard import Foresight as Foresight
    from vatio.plan.forecast._guard import Promise as Promise
    from vatio.plan.forecast._guard import foresee as foresee
    from vatio.plan.forecast._history import HourlyHistory as HourlyHistory
    from vatio.plan.forecast._history import history_of as history_of
    from vatio.plan.forecast._plain import by_hour_of_day as by_hour_of_day
    from vatio.plan.forecast._plain import hour_of_day as hour_of_day
    from vatio.plan.forecast._plain import hourly_means as hourly_means
    from vatio.plan.forecast._stake import RECALL_H as RECALL_H
    from vatio.plan.forecast._stake import bears as bears
    from vatio.plan.forecast._stake import day_errors as day_errors
    from vatio.plan.forecast._stake import earned_ratio_of as earned_ratio_of
    from vatio.plan.forecast._stake import surprised as surprised
    from vatio.plan.forecast._walk import walk as walk

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_band": "Band bands missed",
        "_choose": "at_once cheapest_hours cheapest_window",
        "_fill": "filled",
        "_forecast": "Forecast LONGEST_H forecast",
        "_guard": "Foresight Promise foresee",
        "_history": "HourlyHistory history_of",
        "_plain": "by_hour_of_day hour_of_day hourly_means",
        "_stake": "RECALL_H bears day_errors earned_ratio_of surprised",
        "_walk": "walk",
    },
)
