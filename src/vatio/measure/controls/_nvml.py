"""The power limit of a GPU, through NVML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vatio.errors import MeterAbsent, MeterDenied, VatioError
from vatio.measure.controls._knob import LimitRange
from vatio.measure.meters import Library, load_library, visible_gpus
from vatio.units import W_PER_MW

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings

_NO_PERMISSION = 4
_AS_ROOT = "set power limits as root: sudo vatio run ..."


class NvmlKnob:
    """Set the power management limit of one GPU, whose handle ``library`` gave."""

    def __init__(self, library: Library, handle: Any, *, device: str) -> None:
        self.device = device
        self._library, self._handle = library, handle

    def allowed(self) -> LimitRange:
        """Give the range that the board allows.

        Raises:
            MeterAbsent: the board does not say.
        """
        found = self._library.power_limits_mw(self._handle)
        if found is None:
            raise MeterAbsent(f"{self.device} does not tell which power limits it allows")
        default_mw = self._library.default_power_limit_mw(self._handle)
        return LimitRange(found[0] * W_PER_MW, found[1] * W_PER_MW, None if default_mw is None else default_mw * W_PER_MW)

    def read_w(self) -> float:
        """Give the limit in force.

        Raises:
            MeterAbsent: the board has none.
        """
        found_mw = self._library.power_limit_mw(self._handle)
        if found_mw is None:
            raise MeterAbsent(f"{self.device} has no power limit that can be read")
        return found_mw * W_PER_MW

    def write_w(self, power_limit_w: float) -> None:
        """Set the limit.

        Raises:
            MeterDenied: the driver wants root.
            MeterAbsent: the board refuses the value.
        """
        code = self._library.set_power_limit_mw(self._handle, round(power_limit_w / W_PER_MW))
        if code == _NO_PERMISSION:
            raise MeterDenied(f"the driver refuses a power limit on {self.device}", hint=_AS_ROOT)
        if code:
            raise MeterAbsent(f"{self.device} refuses {power_limit_w:g} W (NVML code {code})")


def nvml_knobs(surroundings: Surroundings, *, library: Any = None) -> tuple[NvmlKnob, ...]:
    """List the GPUs that the workload may see and that have a power limit; none where there is no driver.

    A MIG instance has none of its own: what is set on its GPU holds for its neighbours too, so such a GPU is left out.
    """
    try:
        nvml = Library(load_library() if library is None else library)
    except VatioError:
        return ()
    seen = [gpu for gpu in visible_gpus(nvml, surroundings) if gpu.slice_ratio == 1.0]
    return tuple(
        NvmlKnob(nvml, gpu.handle, device=f"gpu-{gpu.index}") for gpu in seen if nvml.power_limit_mw(gpu.handle) is not None
    )
