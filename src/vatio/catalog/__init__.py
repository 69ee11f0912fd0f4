"""What hardware draws and embodies, and what grids emit: tables with a source and a year on every row."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.catalog._accelerators import AcceleratorRow as AcceleratorRow
    from vatio.catalog._accelerators import accelerator as accelerator
    from vatio.catalog._accelerators import accelerators as accelerators
    from vatio.catalog._catalog import Catalog as Catalog
    from vatio.catalog._catalog import open_catalog as open_catalog
    from vatio.catalog._checks import checks as checks
    from vatio.catalog._embodied import EmbodiedRow as EmbodiedRow
    from vatio.catalog._embodied import embodied as embodied
    from vatio.catalog._entries import CatalogEntry as CatalogEntry
    from vatio.catalog._entries import entries as entries
    from vatio.catalog._evidence import DrawRow as DrawRow
    from vatio.catalog._evidence import UtilisationRow as UtilisationRow
    from vatio.catalog._evidence import draws as draws
    from vatio.catalog._evidence import generation as generation
    from vatio.catalog._evidence import utilisations as utilisations
    from vatio.catalog._facilities import FacilityRow as FacilityRow
    from vatio.catalog._facilities import facility as facility
    from vatio.catalog._instances import InstanceRow as InstanceRow
    from vatio.catalog._instances import instance as instance
    from vatio.catalog._instances import instances as instances
    from vatio.catalog._processors import ProcessorRow as ProcessorRow
    from vatio.catalog._processors import cpu_power_w as cpu_power_w
    from vatio.catalog._processors import dram as dram
    from vatio.catalog._processors import processor as processor
    from vatio.catalog._processors import processors as processors
    from vatio.catalog._regions import RegionRow as RegionRow
    from vatio.catalog._regions import region as region
    from vatio.catalog._regions import regions as regions
    from vatio.catalog._zones import ZoneFactor as ZoneFactor
    from vatio.catalog._zones import zone as zone
    from vatio.catalog._zones import zones as zones

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_accelerators": "AcceleratorRow accelerator accelerators",
        "_catalog": "Catalog open_catalog",
        "_checks": "checks",
        "_embodied": "EmbodiedRow embodied",
        "_entries": "CatalogEntry entries",
        "_evidence": "DrawRow UtilisationRow draws generation utilisations",
        "_facilities": "FacilityRow facility",
        "_instances": "InstanceRow instance instances",
        "_processors": "ProcessorRow cpu_power_w dram processor processors",
        "_regions": "RegionRow region regions",
        "_zones": "ZoneFactor zone zones",
    },
)
