"""What work would draw and emit, before anything runs: pure functions over the catalog's tables."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account.estimates._asked import Asked as Asked
    from vatio.account.estimates._check import Checked as Checked
    from vatio.account.estimates._check import Published as Published
    from vatio.account.estimates._check import check as check
    from vatio.account.estimates._check import parse_published as parse_published
    from vatio.account.estimates._estimate import Estimated as Estimated
    from vatio.account.estimates._estimate import estimate as estimate
    from vatio.account.estimates._hardware import drawn_ratio as drawn_ratio
    from vatio.account.estimates._interval import likely as likely
    from vatio.account.estimates._interval import possible as possible
    from vatio.account.estimates._shape import ModelShape as ModelShape
    from vatio.account.estimates._shape import read_shape as read_shape
    from vatio.account.estimates._shape import shape_of as shape_of
    from vatio.account.estimates._training import flop_of as flop_of
    from vatio.account.estimates._training import utilisation_ratio as utilisation_ratio

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_asked": "Asked",
        "_check": "Checked Published check parse_published",
        "_estimate": "Estimated estimate",
        "_hardware": "drawn_ratio",
        "_interval": "likely possible",
        "_shape": "ModelShape read_shape shape_of",
        "_training": "flop_of utilisation_ratio",
    },
)
