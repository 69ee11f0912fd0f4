"""What electricity emits over time: dated slots, the files they are read from, the sources they come from."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account.grid._file import read_series as read_series
    from vatio.account.grid._file import read_zones as read_zones
    from vatio.account.grid._mean import mean_over as mean_over
    from vatio.account.grid._order import series_of as series_of
    from vatio.account.grid._series import GridSeries as GridSeries
    from vatio.account.grid._series import Slot as Slot
    from vatio.account.grid._series import hours_of as hours_of
    from vatio.account.grid._shipped import AnnualSource as AnnualSource
    from vatio.account.grid._shipped import FileSource as FileSource
    from vatio.account.grid._source import Access as Access
    from vatio.account.grid._source import IntensitySource as IntensitySource

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_file": "read_series read_zones",
        "_mean": "mean_over",
        "_order": "series_of",
        "_series": "GridSeries Slot hours_of",
        "_shipped": "AnnualSource FileSource",
        "_source": "Access IntensitySource",
    },
)
