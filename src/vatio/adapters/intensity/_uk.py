"""The Carbon Intensity API of Great Britain's system operator: half hours, past and two days ahead; no key is needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.account import Access, GridSeries, Slot, series_of
from vatio.adapters.intensity._answers import as_list, as_moment_s, as_number
from vatio.adapters.intensity._client import Client
from vatio.errors import MeasureError, UnknownName
from vatio.units import RATIO_PER_PERCENT

_URL = "https://api.carbonintensity.org.uk"
_NAME = "UK Carbon Intensity"
_ZONES = ("GB", "UK")
_HALF_HOUR_S = 1800.0
_MOST_DAYS = 13
_RENEWABLE = ("wind", "solar", "hydro", "biomass")


class UkCarbonIntensity:
    """Ask for Great Britain. Its intensities are of generation (direct emissions), which is said in the source."""

    name = "uk"

    def __init__(self, access: Access, **given: Any) -> None:
        self._client = Client(_NAME, _URL, access, **given)

    def history(self, zone: str, start: datetime, end: datetime) -> GridSeries:
        """Give past half hours with the renewable share of generation, where that is told.

        Raises:
            UnknownName: the zone is not Great Britain.
            MeasureError: it cannot be asked, or answers nonsense.
        """
        _check(zone)
        rows: list[Any] = []
        mixes: list[Any] = []
        at = start.astimezone(UTC)
        while at < end:
            until = min(at + timedelta(days=_MOST_DAYS), end.astimezone(UTC))
            rows += as_list(self._client.get(f"/intensity/{_stamp(at)}/{_stamp(until)}"), "data", service=_NAME)
            mixes += self._mixes(at, until)
            at = until
        shares = dict(_shares(mixes))
        slots = [
            slot._replace(known={**slot.known, "renewable_ratio": shares[slot.start_s]}) if slot.start_s in shares else slot
            for slot in _slots(rows, "actual")
            # The half hour that ends at the asked start is told too.
            if slot.start_s >= start.timestamp() - _HALF_HOUR_S / 2.0
        ]
        return series_of(slots, zone="GB", source=f"{_NAME}, direct emissions", step_s=_HALF_HOUR_S)

    def forecast(self, zone: str, at: datetime) -> GridSeries:
        """Give the next two days; their true end is the last half hour of the answer.

        Raises:
            UnknownName: the zone is not Great Britain.
            MeasureError: it cannot be asked, or answers nonsense.
        """
        _check(zone)
        rows = as_list(self._client.get(f"/intensity/{_stamp(at)}/fw48h"), "data", service=_NAME)
        begin_s = at.timestamp() - _HALF_HOUR_S
        slots = [slot for slot in _slots(rows, "forecast") if slot.start_s > begin_s]
        if not slots:
            raise MeasureError(f"{_NAME}: the forecast ends before {_stamp(at)}", hint="it is stale; try again later")
        source = f"{_NAME} forecast, direct emissions"
        return series_of(slots, zone="GB", source=source, step_s=_HALF_HOUR_S, forecast_from_s=at.timestamp())

    def _mixes(self, start: datetime, end: datetime) -> list[Any]:
        """Ask for the mix of generation; without it the intensity still stands."""
        try:
            return as_list(self._client.get(f"/generation/{_stamp(start)}/{_stamp(end)}"), "data", service=_NAME)
        except (MeasureError, UnknownName):
            return []


def _check(zone: str) -> None:
    if zone.split("-")[0].upper() not in _ZONES:
        raise UnknownName(f"{_NAME} knows Great Britain only, not {zone}", hint="--zone GB, or another --source")


def _slots(rows: Iterable[Any], which: str) -> Iterable[Slot]:
    for row in rows:
        start_s = as_moment_s(row, "from", service=_NAME)
        told = row.get("intensity")
        value = as_number(told if isinstance(told, dict) else {}, which, service=_NAME)
        yield Slot(start_s, {} if value is None else {"g_per_kwh": value})


def _shares(mixes: Iterable[Any]) -> Iterable[tuple[float, float]]:
    for row in mixes:
        fuels = row.get("generationmix") if isinstance(row, dict) else None
        told = {str(fuel.get("fuel")): fuel.get("perc") for fuel in fuels or () if isinstance(fuel, dict)}
        percents = [told.get(fuel) for fuel in _RENEWABLE]
        numbers = [percent for percent in percents if isinstance(percent, (int, float)) and 0.0 <= percent <= 100.0]
        if len(numbers) == len(_RENEWABLE):
            yield as_moment_s(row, "from", service=_NAME), min(1.0, sum(numbers) * RATIO_PER_PERCENT)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
