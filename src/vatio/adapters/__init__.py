"""What connects vatio with services and other programs: one file and one extra each."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.adapters.intensity import ElectricityMaps as ElectricityMaps
    from vatio.adapters.intensity import UkCarbonIntensity as UkCarbonIntensity

__getattr__, __dir__, __all__ = door(__name__, {"vatio.adapters.intensity": "ElectricityMaps UkCarbonIntensity"})
