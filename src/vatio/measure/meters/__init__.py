"""One file for each kind of sensor, the models for where there is none, and the choice between them."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.meters._aside import Aside as Aside
    from vatio.measure.meters._command import CommandMeter as CommandMeter
    from vatio.measure.meters._hwmon import HwmonMeter as HwmonMeter
    from vatio.measure.meters._open import Opened as Opened
    from vatio.measure.meters._open import open_meters as open_meters
    from vatio.measure.meters._rapl import RAPL_FOLDER as RAPL_FOLDER
    from vatio.measure.meters._rapl import RaplMeter as RaplMeter
    from vatio.measure.meters._rapl import container_flags as container_flags
    from vatio.measure.meters._zones import find_zones as find_zones
    from vatio.measure.meters.models import CpuModelMeter as CpuModelMeter
    from vatio.measure.meters.models import DramModelMeter as DramModelMeter
    from vatio.measure.meters.models import GpuModelMeter as GpuModelMeter
    from vatio.measure.meters.models import cgroup_watch as cgroup_watch
    from vatio.measure.meters.nvml import Library as Library
    from vatio.measure.meters.nvml import NvmlMeter as NvmlMeter
    from vatio.measure.meters.nvml import load_library as load_library
    from vatio.measure.meters.nvml import visible_gpus as visible_gpus

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_aside": "Aside",
        "_command": "CommandMeter",
        "_hwmon": "HwmonMeter",
        "_open": "Opened open_meters",
        "_rapl": "RAPL_FOLDER RaplMeter container_flags",
        "_zones": "find_zones",
        "vatio.measure.meters.models": "CpuModelMeter DramModelMeter GpuModelMeter cgroup_watch",
        "vatio.measure.meters.nvml": "Library NvmlMeter load_library visible_gpus",
    },
)
