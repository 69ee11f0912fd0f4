"""A fleet's plan as people read it: what each zone carries by the hour, what it gains, what has no place."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.fleet._lines import fleet_lines as fleet_lines
    from vatio.report.fleet._page import fleet_html as fleet_html
    from vatio.report.fleet._picture import fleet_svg as fleet_svg
    from vatio.report.fleet._shown import FleetShown as FleetShown
    from vatio.report.fleet._shown import LostJob as LostJob
    from vatio.report.fleet._shown import PlacedJob as PlacedJob
    from vatio.report.fleet._shown import ZoneLoad as ZoneLoad

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_lines": "fleet_lines",
        "_page": "fleet_html",
        "_picture": "fleet_svg",
        "_shown": "FleetShown LostJob PlacedJob ZoneLoad",
    },
)
