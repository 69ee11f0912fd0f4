"""Each of the nine formats keeps the contract that a plugin's author subclasses."""

import pytest

from vatio.interop.formats import (
    BoAmps,
    CodeCarbon,
    GreenAlgorithms,
    HuggingFace,
    ImpactFramework,
    MlCo2,
    OpenMetrics,
    Parquet,
    Zeus,
)
from vatio.testing import FormatContract


class TestCodeCarbon(FormatContract):
    format = CodeCarbon()


class TestGreenAlgorithms(FormatContract):
    format = GreenAlgorithms()


class TestMlCo2(FormatContract):
    format = MlCo2()


class TestOpenMetrics(FormatContract):
    format = OpenMetrics()
    carries = ("joules", "operational", "embodied")


class TestBoAmps(FormatContract):
    format = BoAmps()
    carries = ("joules",)


class TestZeus(FormatContract):
    """A trace is of GPUs: their joules are what survives, and test_zeus asks for them."""

    format = Zeus()
    carries = ()


@pytest.mark.yaml
class TestHuggingFace(FormatContract):
    format = HuggingFace()
    carries = ("operational",)


@pytest.mark.yaml
class TestImpactFramework(FormatContract):
    format = ImpactFramework()
    carries = ("joules", "operational", "embodied")


@pytest.mark.parquet
class TestParquet(FormatContract):
    format = Parquet()
    carries = ("joules", "operational", "embodied")
