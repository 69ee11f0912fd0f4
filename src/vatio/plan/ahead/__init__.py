"""Say what is known of a zone's hours to come: told by a file or a service, or forecast from what has happened."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.ahead._ahead import Ahead as Ahead
    from vatio.plan.ahead._ahead import Known as Known
    from vatio.plan.ahead._ahead import look_ahead as look_ahead

__getattr__, __dir__, __all__ = door(__name__, {"_ahead": "Ahead Known look_ahead"})
