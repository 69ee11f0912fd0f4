"""Make one trial in a process of its own: a technique applied to a form, its answers judged, its cost measured."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.trials._attempt import Attempt as Attempt
    from vatio.optimise.model.trials._attempt import Trying as Trying
    from vatio.optimise.model.trials._attempt import form_of as form_of
    from vatio.optimise.model.trials._attempt import kept_node as kept_node
    from vatio.optimise.model.trials._cost import Cost as Cost
    from vatio.optimise.model.trials._final import Final as Final
    from vatio.optimise.model.trials._final import Measured as Measured
    from vatio.optimise.model.trials._final import final_cpu_s as final_cpu_s
    from vatio.optimise.model.trials._final import read_final as read_final
    from vatio.optimise.model.trials._node import FORM_FOLDER as FORM_FOLDER
    from vatio.optimise.model.trials._node import SCORES_FILE as SCORES_FILE
    from vatio.optimise.model.trials._node import Node as Node
    from vatio.optimise.model.trials._node import Offered as Offered
    from vatio.optimise.model.trials._node import write_node as write_node
    from vatio.optimise.model.trials._threads import one_thread as one_thread
    from vatio.optimise.model.trials._threads import settle as settle
    from vatio.optimise.model.trials._work import Works as Works
    from vatio.optimise.model.trials._work import earlier_parts as earlier_parts
    from vatio.optimise.model.trials._work import with_ledger as with_ledger

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_attempt": "Attempt Trying form_of kept_node",
        "_cost": "Cost",
        "_final": "Final Measured final_cpu_s read_final",
        "_node": "FORM_FOLDER Node Offered SCORES_FILE write_node",
        "_threads": "one_thread settle",
        "_work": "Works earlier_parts with_ledger",
    },
)
