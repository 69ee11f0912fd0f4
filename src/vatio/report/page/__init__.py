"""The report as one HTML file: what it says in figures, drawings and tables, escaped, without a request to any host."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report._words import words as words
    from vatio.report.page._html import NOTHING as NOTHING
    from vatio.report.page._html import Html as Html
    from vatio.report.page._html import join as join
    from vatio.report.page._html import table as table
    from vatio.report.page._html import tag as tag
    from vatio.report.page._html import text as text
    from vatio.report.page._html import user as user
    from vatio.report.page._one import Material as Material
    from vatio.report.page._one import run_sections as run_sections
    from vatio.report.page._one import section as section
    from vatio.report.page._page import document as document
    from vatio.report.page._page import to_html as to_html

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_html": "NOTHING Html join table tag text user",
        "_one": "Material run_sections section",
        "_page": "document to_html",
        "vatio.report._words": "words",
    },
)
