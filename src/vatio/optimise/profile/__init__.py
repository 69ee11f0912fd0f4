"""Say where a command's cost goes: by function and line of Python, with what set its pace."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.profile._bottleneck import Bottleneck as Bottleneck
    from vatio.optimise.profile._bottleneck import bottleneck as bottleneck
    from vatio.optimise.profile._flame import flame_svg as flame_svg
    from vatio.optimise.profile._profile import Profile as Profile
    from vatio.optimise.profile._profile import profile_command as profile_command
    from vatio.optimise.profile._stacks import Place as Place
    from vatio.optimise.profile._stacks import Spent as Spent
    from vatio.optimise.profile._stacks import Stack as Stack

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_bottleneck": "Bottleneck bottleneck",
        "_flame": "flame_svg",
        "_profile": "Profile profile_command",
        "_stacks": "Place Spent Stack",
    },
)
