"""Plans as people read them: lines for a terminal, a picture of the curve with the chosen hours, a page."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.plan._lines import plan_lines as plan_lines
    from vatio.report.plan._page import plan_html as plan_html
    from vatio.report.plan._picture import plan_svg as plan_svg

__getattr__, __dir__, __all__ = door(__name__, {"_lines": "plan_lines", "_page": "plan_html", "_picture": "plan_svg"})
