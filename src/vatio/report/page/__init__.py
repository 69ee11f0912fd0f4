"""The report as one HTML file: what it says in figures, drawings and tables, escaped, without a request to any host."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report.page._page import to_html as to_html

__getattr__, __dir__, __all__ = door(__name__, {"_page": "to_html"})
