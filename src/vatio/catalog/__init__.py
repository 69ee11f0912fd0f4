"""What hardware draws and embodies, and what grids emit: tables with a source and a year on every row."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.catalog._accelerators import AcceleratorRow as AcceleratorRow
    from vatio.catalog._accelerators import accelerator as accelerator
    from vatio.catalog._accelerators import accelerators as accelerators
    from vatio.catalog._checks import checks as checks
    from vatio.catalog._embodied import EmbodiedRow as EmbodiedRow
    from vatio.catalog._embodied import embodied as embodied
    from vatio.catalog._facilities import FacilityRow as FacilityRow
    from vatio.catalog._facilities import facility as facility
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
        "_checks": "checks",
        "_embodied": "EmbodiedRow embodied",
        "_facilities": "FacilityRow facility",
        "_processors": "ProcessorRow cpu_power_w dram processor processors",
        "_regions": "RegionRow region regions",
        "_zones": "ZoneFactor zone zones",
    },
)
