"""Forecasts as people read them: lines for a terminal, a page with the band."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.forecast._lines import forecast_lines as forecast_lines
    from vatio.report.forecast._page import forecast_html as forecast_html
    from vatio.report.forecast._shown import Shown as Shown

__getattr__, __dir__, __all__ = door(__name__, {"_lines": "forecast_lines", "_page": "forecast_html", "_shown": "Shown"})
