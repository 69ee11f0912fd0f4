"""Find what of the data a model can do without, and what is wrong with it: every candidate measured on held-out cases."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.data._advice import Advice as Advice
    from vatio.optimise.data._advice import Advised as Advised
    from vatio.optimise.data._advise import Wish as Wish
    from vatio.optimise.data._advise import advise as advise
    from vatio.optimise.data._algorithms import ALGORITHMS as ALGORITHMS
    from vatio.optimise.data._algorithms import SCALE_BOUND as SCALE_BOUND
    from vatio.optimise.data._algorithms import build as build
    from vatio.optimise.data._duplicates import Duplicates as Duplicates
    from vatio.optimise.data._duplicates import duplicates as duplicates
    from vatio.optimise.data._page import advice_html as advice_html
    from vatio.optimise.data._page import advice_json as advice_json
    from vatio.optimise.data._page import advice_lines as advice_lines
    from vatio.optimise.data._quality import METRICS as METRICS
    from vatio.optimise.data._quality import QualityChange as QualityChange
    from vatio.optimise.data._quality import check_metric as check_metric
    from vatio.optimise.data._quality import quality_change as quality_change
    from vatio.optimise.data._quality import score as score
    from vatio.optimise.data._scales import Scales as Scales
    from vatio.optimise.data._scales import brought_to_scale as brought_to_scale
    from vatio.optimise.data._scales import scales as scales
    from vatio.optimise.data._table import Table as Table
    from vatio.optimise.data._table import read_labels as read_labels
    from vatio.optimise.data._table import read_rows as read_rows
    from vatio.optimise.data._table import read_table as read_table

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_advise": "Wish advise",
        "_advice": "Advice Advised",
        "_algorithms": "ALGORITHMS SCALE_BOUND build",
        "_duplicates": "Duplicates duplicates",
        "_page": "advice_html advice_json advice_lines",
        "_quality": "METRICS QualityChange check_metric quality_change score",
        "_scales": "Scales brought_to_scale scales",
        "_table": "Table read_labels read_rows read_table",
    },
)
