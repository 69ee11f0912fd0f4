"""NVIDIA GPUs through NVML."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.meters.nvml._nvml import NvmlMeter as NvmlMeter
    from vatio.measure.meters.nvml._nvml_library import Library as Library
    from vatio.measure.meters.nvml._nvml_library import load_library as load_library
    from vatio.measure.meters.nvml._nvml_visible import visible_gpus as visible_gpus

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_nvml": "NvmlMeter",
        "_nvml_library": "Library load_library",
        "_nvml_visible": "visible_gpus",
    },
)
