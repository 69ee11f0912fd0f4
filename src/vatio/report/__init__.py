"""Records as people read them: the receipt, the page, Markdown (JSON is ``records.to_json``)."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.report._curve import PowerCurve as PowerCurve
    from vatio.report._curve import power_curve as power_curve
    from vatio.report._format import NOT_MEASURED as NOT_MEASURED
    from vatio.report._format import amount as amount
    from vatio.report._format import best as best
    from vatio.report._format import clean as clean
    from vatio.report._format import duration as duration
    from vatio.report._format import local_time as local_time
    from vatio.report._format import short_id as short_id
    from vatio.report._format import told as told
    from vatio.report._format import written as written
    from vatio.report._markdown import to_markdown as to_markdown
    from vatio.report._receipt import receipt as receipt
    from vatio.report.page import to_html as to_html

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_curve": "PowerCurve power_curve",
        "_format": "NOT_MEASURED amount best clean duration local_time short_id told written",
        "_markdown": "to_markdown",
        "_receipt": "receipt",
        "vatio.report.page": "to_html",
    },
)
