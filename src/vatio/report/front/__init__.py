"""A front as people read it: what can be deployed at what cost and quality, what was left and why."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.front._lines import front_lines as front_lines
    from vatio.report.front._markdown import front_markdown as front_markdown
    from vatio.report.front._page import front_html as front_html
    from vatio.report.front._svg import front_svg as front_svg

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_lines": "front_lines",
        "_markdown": "front_markdown",
        "_page": "front_html",
        "_svg": "front_svg",
    },
)
