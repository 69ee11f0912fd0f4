"""Turn joules into grams, litres and euros, and add runs up: pure functions over records, no network."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.account._act import SiliconFootprint as SiliconFootprint
    from vatio.account._act import SiliconPart as SiliconPart
    from vatio.account._act import bill_g as bill_g
    from vatio.account._act import silicon_footprint as silicon_footprint
    from vatio.account._budget import Spending as Spending
    from vatio.account._budget import Spent as Spent
    from vatio.account._budget import has_budgets as has_budgets
    from vatio.account._budget import spending_text as spending_text
    from vatio.account._budget import spendings as spendings
    from vatio.account._budget import spent_by_run as spent_by_run
    from vatio.account._budget import spent_by_sum as spent_by_sum
    from vatio.account._counted import counted as counted
    from vatio.account._counted import counted_energy_j as counted_energy_j
    from vatio.account._energy_curve import EnergyCurve as EnergyCurve
    from vatio.account._energy_curve import energy_curve as energy_curve
    from vatio.account._factors import usual_pue as usual_pue
    from vatio.account._footprint import footprint as footprint
    from vatio.account._intensity import IntensityCurve as IntensityCurve
    from vatio.account._intensity import operational_emissions_g as operational_emissions_g
    from vatio.account._sci import SERVER as SERVER
    from vatio.account._sci import SERVER_MODEL as SERVER_MODEL
    from vatio.account._sci import sci_embodied_g as sci_embodied_g
    from vatio.account._sci import sci_g_per_unit as sci_g_per_unit
    from vatio.account._sci import server_embodied_g as server_embodied_g
    from vatio.account._score import sci_of as sci_of
    from vatio.account._share import share_out as share_out
    from vatio.account._sum import Sum as Sum
    from vatio.account._sum import sum_runs as sum_runs
    from vatio.account._tariff import Tariff as Tariff
    from vatio.account._tariff import read_tariff as read_tariff
    from vatio.account._tariff import tariff_of as tariff_of
    from vatio.account.grid import Access as Access
    from vatio.account.grid import AnnualSource as AnnualSource
    from vatio.account.grid import FileSource as FileSource
    from vatio.account.grid import GridSeries as GridSeries
    from vatio.account.grid import IntensitySource as IntensitySource
    from vatio.account.grid import Slot as Slot
    from vatio.account.grid import hours_of as hours_of
    from vatio.account.grid import mean_over as mean_over
    from vatio.account.grid import read_series as read_series
    from vatio.account.grid import read_zones as read_zones
    from vatio.account.grid import series_of as series_of

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_act": "SiliconFootprint SiliconPart bill_g silicon_footprint",
        "_budget": "Spending Spent has_budgets spending_text spendings spent_by_run spent_by_sum",
        "_counted": "counted counted_energy_j",
        "_energy_curve": "EnergyCurve energy_curve",
        "_factors": "usual_pue",
        "_footprint": "footprint",
        "_intensity": "IntensityCurve operational_emissions_g",
        "_sci": "SERVER SERVER_MODEL sci_embodied_g sci_g_per_unit server_embodied_g",
        "_score": "sci_of",
        "_share": "share_out",
        "_sum": "Sum sum_runs",
        "_tariff": "Tariff read_tariff tariff_of",
        "vatio.account.grid": (
            "Access AnnualSource FileSource GridSeries IntensitySource Slot hours_of mean_over read_series read_zones series_of"
        ),
    },
)
