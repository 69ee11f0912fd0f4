"""Score software by ISO/IEC 21031: ((E x I) + M) per R, and share out what making its hardware emitted."""

from __future__ import annotations

import math
from collections.abc import Mapping

from vatio.errors import InvalidQuantity

# The reference server of the Impact Framework's SciEmbodied (1.1.0, MIT): grams for a server of one virtual CPU, 16 GB of
# memory and no disk, that lasts four years; and the grams of each further part. Its memory constant is kilograms per GB.
SERVER_MODEL: Mapping[str, float] = {
    "baseline-vcpus": 1.0,
    "baseline-memory": 16.0,
    "baseline-emissions": 1_000_000.0,
    "lifespan": 126_144_000.0,
    "vcpu-emissions-constant": 100_000.0,
    "memory-emissions-constant": 533.0 / 384.0,
    "ssd-emissions-constant": 50_000.0,
    "hdd-emissions-constant": 100_000.0,
    "gpu-emissions-constant": 150_000.0,
}
# What a server has where nobody says.
SERVER: Mapping[str, float] = {"vCPUs": 1.0, "memory": 16.0, "ssd": 0.0, "hdd": 0.0, "gpu": 0.0, "usage-ratio": 1.0}


def sci_g_per_unit(operational_g: float, embodied_g: float, count: float) -> float:
    """Give the grams for each of ``count`` functional units.

    >>> round(sci_g_per_unit(5.0, 0.02, 100.0), 9)
    0.0502

    Raises:
        InvalidQuantity: there is no unit, or a number is negative or not finite.
    """
    _check({"operational": operational_g, "embodied": embodied_g, "functional units": count})
    if count == 0.0:
        raise InvalidQuantity("no functional unit was served", hint="a score is per unit: count at least one")
    return (operational_g + embodied_g) / count


def sci_embodied_g(whole_g: float, *, reserved_s: float, lifetime_s: float, reserved_ratio: float) -> float:
    """Give M = TE x (TiR / EL) x (RR / ToR): a device's making, for the time and the part of it that were reserved.

    >>> round(sci_embodied_g(1_200_000.0, reserved_s=3600.0, lifetime_s=126_144_000.0, reserved_ratio=0.5), 6)
    17.123288

    Raises:
        InvalidQuantity: the lifetime is not positive, or a number is negative or not finite.
    """
    _check({"embodied": whole_g, "time reserved": reserved_s, "lifetime": lifetime_s, "share reserved": reserved_ratio})
    if lifetime_s == 0.0:
        raise InvalidQuantity("a lifetime of 0 s")
    return whole_g * (reserved_s / lifetime_s) * reserved_ratio


def server_embodied_g(server: Mapping[str, float], *, duration_s: float, model: Mapping[str, float] | None = None) -> float:
    """Give the Impact Framework's SciEmbodied of a server: the reference server, more or less the parts it differs by.

    ``server`` has vCPUs, memory (GB), ssd, hdd, gpu (counts) and usage-ratio; what it does not say is as in ``SERVER``.

    >>> round(server_embodied_g({"hdd": 2.0}, duration_s=3600.0), 4)
    34.2466

    Raises:
        InvalidQuantity: a number is negative or not finite, or the server has less than nothing.
    """
    own, parts = {**SERVER_MODEL, **(model or {})}, {**SERVER, **server}
    _check({**own, **parts, "duration": duration_s})
    memory_g = own["memory-emissions-constant"] * own["baseline-memory"] / SERVER["memory"] * 1000.0
    whole_g = (
        own["baseline-emissions"]
        + (parts["vCPUs"] - own["baseline-vcpus"]) * own["vcpu-emissions-constant"]
        + (parts["memory"] - own["baseline-memory"]) * memory_g
        + math.fsum(parts[part] * own[f"{part}-emissions-constant"] for part in ("ssd", "hdd", "gpu"))
    )
    if whole_g < 0.0:
        raise InvalidQuantity(f"the server embodies {whole_g:g} g", hint="its baseline has more than it has itself")
    return sci_embodied_g(whole_g, reserved_s=duration_s, lifetime_s=own["lifespan"], reserved_ratio=parts["usage-ratio"])


def _check(numbers: Mapping[str, float]) -> None:
    for name, number in numbers.items():
        if not math.isfinite(number) or number < 0.0:
            raise InvalidQuantity(f"{name} is {number:g}", hint="give a number of at least 0")
