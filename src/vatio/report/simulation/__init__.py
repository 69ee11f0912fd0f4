"""Policies replayed over a trace, as people read them: a table, a picture of grams and waiting, a page."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.simulation._page import simulation_html as simulation_html
    from vatio.report.simulation._picture import simulation_svg as simulation_svg
    from vatio.report.simulation._shown import PolicyShown as PolicyShown
    from vatio.report.simulation._shown import SimulationShown as SimulationShown
    from vatio.report.simulation._shown import simulation_lines as simulation_lines

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_page": "simulation_html",
        "_picture": "simulation_svg",
        "_shown": "PolicyShown SimulationShown simulation_lines",
    },
)
