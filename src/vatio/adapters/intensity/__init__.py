"""Services that tell what a zone's electricity emits. Nothing here is asked unless the user names the service."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.adapters.intensity._client import Client as Client
    from vatio.adapters.intensity._electricity_maps import ElectricityMaps as ElectricityMaps
    from vatio.adapters.intensity._uk import UkCarbonIntensity as UkCarbonIntensity

__getattr__, __dir__, __all__ = door(
    __name__,
    {"_client": "Client", "_electricity_maps": "ElectricityMaps", "_uk": "UkCarbonIntensity"},
)
