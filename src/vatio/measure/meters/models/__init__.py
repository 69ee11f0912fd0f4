"""What stands in where no sensor can be read: models with an interval."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.meters.models._cpu_model import CpuModelMeter as CpuModelMeter
    from vatio.measure.meters.models._cpu_time import cgroup_watch as cgroup_watch
    from vatio.measure.meters.models._dram_model import DramModelMeter as DramModelMeter
    from vatio.measure.meters.models._gpu_model import GpuModelMeter as GpuModelMeter

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_cpu_model": "CpuModelMeter",
        "_cpu_time": "cgroup_watch",
        "_dram_model": "DramModelMeter",
        "_gpu_model": "GpuModelMeter",
    },
)
