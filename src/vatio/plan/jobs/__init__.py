"""Many jobs as a table: read them with their units, lay them on slots, write and keep a plan of them."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.jobs._asked import AskedJob as AskedJob
    from vatio.plan.jobs._asked import read_jobs as read_jobs
    from vatio.plan.jobs._kept import PlannedWindow as PlannedWindow
    from vatio.plan.jobs._kept import begun_jobs as begun_jobs
    from vatio.plan.jobs._kept import plan_csv as plan_csv
    from vatio.plan.jobs._kept import read_plan as read_plan
    from vatio.plan.jobs._lay import Laid as Laid
    from vatio.plan.jobs._lay import ZoneAsked as ZoneAsked
    from vatio.plan.jobs._lay import lay as lay
    from vatio.plan.jobs._slots import SlotGrid as SlotGrid
    from vatio.plan.jobs._slots import load_by_slot as load_by_slot
    from vatio.plan.jobs._slots import read_load as read_load
    from vatio.plan.jobs._slots import slot_means as slot_means
    from vatio.plan.jobs._table import has_column as has_column
    from vatio.plan.jobs._trace import read_trace as read_trace

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_asked": "AskedJob read_jobs",
        "_kept": "PlannedWindow begun_jobs plan_csv read_plan",
        "_lay": "Laid ZoneAsked lay",
        "_slots": "SlotGrid load_by_slot read_load slot_means",
        "_table": "has_column",
        "_trace": "read_trace",
    },
)
