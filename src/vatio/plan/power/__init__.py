"""Choose a power limit and a batch size from what was measured of each, offline."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.power._setting import Chosen as Chosen
    from vatio.plan.power._setting import Setting as Setting
    from vatio.plan.power._setting import choose as choose
    from vatio.plan.power._setting import usual_setting as usual_setting
    from vatio.plan.power._traces import Epochs as Epochs
    from vatio.plan.power._traces import PowerTrace as PowerTrace
    from vatio.plan.power._traces import read_epochs as read_epochs
    from vatio.plan.power._traces import read_power as read_power
    from vatio.plan.power._traces import settings_of as settings_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_setting": "Chosen Setting choose usual_setting",
        "_traces": "Epochs PowerTrace read_epochs read_power settings_of",
    },
)
