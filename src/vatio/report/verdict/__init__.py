"""A verdict as people and machines read it: a page, a comment, a picture, a badge, JUnit, SARIF."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.verdict._badge import badge_svg as badge_svg
    from vatio.report.verdict._junit import to_junit as to_junit
    from vatio.report.verdict._markdown import to_markdown as to_markdown
    from vatio.report.verdict._page import to_html as to_html
    from vatio.report.verdict._sarif import to_sarif as to_sarif
    from vatio.report.verdict._say import headline as headline
    from vatio.report.verdict._strip import text_picture as text_picture
    from vatio.report.verdict._svg import comparison_svg as comparison_svg

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_badge": "badge_svg",
        "_junit": "to_junit",
        "_markdown": "to_markdown",
        "_page": "to_html",
        "_sarif": "to_sarif",
        "_say": "headline",
        "_strip": "text_picture",
        "_svg": "comparison_svg",
    },
)
