"""Judge candidates on labelled cases: how good answers are, and whether a loss is certainly within what is allowed."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.judging._certify import Certificate as Certificate
    from vatio.optimise.model.judging._certify import agreement as agreement
    from vatio.optimise.model.judging._certify import certify as certify
    from vatio.optimise.model.judging._certify import foreseen_low as foreseen_low
    from vatio.optimise.model.judging._judge import Agreement as Agreement
    from vatio.optimise.model.judging._quality import Quality as Quality
    from vatio.optimise.model.judging._quality import check_quality as check_quality
    from vatio.optimise.model.judging._quality import read_loss as read_loss
    from vatio.optimise.model.judging._quality import read_quality as read_quality

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_certify": "Certificate agreement certify foreseen_low",
        "_judge": "Agreement",
        "_quality": "Quality check_quality read_loss read_quality",
    },
)
