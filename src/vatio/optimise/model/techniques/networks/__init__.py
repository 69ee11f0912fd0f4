"""What makes a network cheaper by changing it: fewer channels or layers, other numbers, a new head; trained on afterwards."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.techniques.networks._layer_costs import likely_times as likely_times

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_layer_costs": "likely_times",
    },
)
