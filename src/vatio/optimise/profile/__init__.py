"""Say where cost goes: a command's by function and line of Python, a model's by layer; and what set the pace."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.profile._bottleneck import Bottleneck as Bottleneck
    from vatio.optimise.profile._bottleneck import bottleneck as bottleneck
    from vatio.optimise.profile._flame import flame_svg as flame_svg
    from vatio.optimise.profile._layer import Layer as Layer
    from vatio.optimise.profile._layer import Peak as Peak
    from vatio.optimise.profile._layer import bound_of as bound_of
    from vatio.optimise.profile._layer import by_operator as by_operator
    from vatio.optimise.profile._model_profile import ModelAsk as ModelAsk
    from vatio.optimise.profile._model_profile import ModelProfile as ModelProfile
    from vatio.optimise.profile._model_profile import profile_model as profile_model
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
        "_layer": "Layer Peak bound_of by_operator",
        "_model_profile": "ModelAsk ModelProfile profile_model",
        "_profile": "Profile profile_command",
        "_stacks": "Place Spent Stack",
    },
)
