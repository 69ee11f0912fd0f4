"""Say on what to run: what machines draw, embody and cost for the same work, and after how many hours buying pays."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.plan.hardware._candidates import from_catalog as from_catalog
    from vatio.plan.hardware._candidates import from_runs as from_runs
    from vatio.plan.hardware._file import read_options as read_options
    from vatio.plan.hardware._option import CLOUD as CLOUD
    from vatio.plan.hardware._option import OWN as OWN
    from vatio.plan.hardware._option import PATTERNS as PATTERNS
    from vatio.plan.hardware._option import Option as Option
    from vatio.plan.hardware._option import Usage as Usage
    from vatio.plan.hardware._quotient import times as times
    from vatio.plan.hardware._weigh import BreakEven as BreakEven
    from vatio.plan.hardware._weigh import Standing as Standing
    from vatio.plan.hardware._weigh import break_even as break_even
    from vatio.plan.hardware._weigh import weigh as weigh

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_candidates": "from_catalog from_runs",
        "_file": "read_options",
        "_option": "CLOUD OWN Option PATTERNS Usage",
        "_quotient": "times",
        "_weigh": "BreakEven Standing break_even weigh",
    },
)
