"""Optimise from a terminal."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.cli.improving._advising import advised as advised
    from vatio.cli.improving._advising import layers_studied as layers_studied
    from vatio.cli.improving._advising import strategies_studied as strategies_studied
    from vatio.cli.improving._advising import studied as studied
    from vatio.cli.improving._coding import code_json as code_json
    from vatio.cli.improving._coding import code_lines as code_lines
    from vatio.cli.improving._coding import coded as coded
    from vatio.cli.improving._fronts import KeptFront as KeptFront
    from vatio.cli.improving._fronts import front_of as front_of
    from vatio.cli.improving._layering import is_model as is_model
    from vatio.cli.improving._layering import model_flame as model_flame
    from vatio.cli.improving._layering import model_json as model_json
    from vatio.cli.improving._layering import model_lines as model_lines
    from vatio.cli.improving._layering import model_profiled as model_profiled
    from vatio.cli.improving._modelling import modelled as modelled
    from vatio.cli.improving._modelling import rebuilt as rebuilt
    from vatio.cli.improving._profiling import flame_of as flame_of
    from vatio.cli.improving._profiling import profile_json as profile_json
    from vatio.cli.improving._profiling import profile_lines as profile_lines
    from vatio.cli.improving._profiling import profiled as profiled
    from vatio.cli.improving._searching import search_lines as search_lines
    from vatio.cli.improving._searching import search_rows as search_rows
    from vatio.cli.improving._searching import searched as searched

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_advising": "advised layers_studied strategies_studied studied",
        "_coding": "code_json code_lines coded",
        "_fronts": "KeptFront front_of",
        "_layering": "is_model model_flame model_json model_lines model_profiled",
        "_modelling": "modelled rebuilt",
        "_profiling": "flame_of profile_json profile_lines profiled",
        "_searching": "search_lines search_rows searched",
    },
)
