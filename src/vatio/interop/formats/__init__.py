"""One format a file; the table of plugins finds them by name."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.interop.formats._boamps import BoAmps as BoAmps
    from vatio.interop.formats._codecarbon import CodeCarbon as CodeCarbon
    from vatio.interop.formats._green_algorithms import GreenAlgorithms as GreenAlgorithms
    from vatio.interop.formats._huggingface import HuggingFace as HuggingFace
    from vatio.interop.formats._impact_framework import ImpactFramework as ImpactFramework
    from vatio.interop.formats._mlco2 import MlCo2 as MlCo2
    from vatio.interop.formats._openmetrics import OpenMetrics as OpenMetrics
    from vatio.interop.formats._parquet import Parquet as Parquet
    from vatio.interop.formats._zeus import Zeus as Zeus

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_boamps": "BoAmps",
        "_codecarbon": "CodeCarbon",
        "_green_algorithms": "GreenAlgorithms",
        "_huggingface": "HuggingFace",
        "_impact_framework": "ImpactFramework",
        "_mlco2": "MlCo2",
        "_openmetrics": "OpenMetrics",
        "_parquet": "Parquet",
        "_zeus": "Zeus",
    },
)
