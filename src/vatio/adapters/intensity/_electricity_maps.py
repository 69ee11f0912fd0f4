"""Electricity Maps, version 3 of its API: past hours, forecast and renewable share of a zone; a key of one's own is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vatio.account import Access, GridSeries, Slot, series_of
from vatio.adapters.intensity._answers import as_list, as_moment_s, as_number
from vatio.adapters.intensity._client import Client
from vatio.errors import MeasureError

_URL = "https://api.electricitymaps.com/v3"
_NAME = "Electricity Maps"
# What one question may span at hourly steps.
_MOST_DAYS = 10
_HOUR_S = 3600.0


class ElectricityMaps:
    """Ask Electricity Maps. Intensities are life-cycle averages, as accounting wants them."""

    name = "electricity-maps"

    def __init__(self, access: Access, **given: Any) -> None:
        """Set the source up; nothing is asked yet.

        Raises:
            MeasureError: there is no key.
        """
        if not access.key:
            raise MeasureError(f"{_NAME} needs a key", hint="set ELECTRICITY_MAPS_KEY, or use --curve FILE")
        self._client = Client(_NAME, _URL, access, headers={"auth-token": access.key}, **given)

    def history(self, zone: str, start: datetime, end: datetime) -> GridSeries:
        """Give past hours, ten days a question.

        Raises:
            UnknownName: it does not know the zone.
            MeasureError: it refuses, or answers nonsense.
        """
        rows: list[Any] = []
        at = start.astimezone(UTC)
        while at < end:
            until = min(at + timedelta(days=_MOST_DAYS), end.astimezone(UTC))
            rows += self._past(zone, at, until)
            at = until
        slots = [slot for slot in _slots(rows) if start.timestamp() - _HOUR_S < slot.start_s < end.timestamp()]
        if not slots:
            raise MeasureError(f"{_NAME} tells nothing of {zone} from {_stamp(start)}", hint="its free plan knows one day")
        return series_of(slots, zone=zone, source=_NAME, step_s=_HOUR_S)

    def forecast(self, zone: str, at: datetime) -> GridSeries:
        """Give the hours to come; the horizon is the one of the answer, whatever was asked for.

        Raises:
            UnknownName: it does not know the zone.
            MeasureError: the plan has no forecast, or the answer is nonsense.
        """
        rows = self._rows("/carbon-intensity/forecast", _query(zone), "forecast", zone)
        begin_s = at.timestamp() - _HOUR_S
        slots = [slot for slot in _slots(rows) if slot.start_s > begin_s]
        if not slots:
            raise MeasureError(f"{_NAME}: the forecast of {zone} ends before {_stamp(at)}", hint="it is stale; try again later")
        return series_of(slots, zone=zone, source=f"{_NAME} forecast", step_s=_HOUR_S, forecast_from_s=at.timestamp())

    def _past(self, zone: str, start: datetime, end: datetime) -> list[Any]:
        """Ask for past hours; a free plan refuses, but tells those of the last day elsewhere."""
        query = {**_query(zone), "start": _stamp(start), "end": _stamp(end)}
        try:
            return self._rows("/carbon-intensity/past-range", query, "data", zone)
        except MeasureError as refusal:
            try:
                return self._rows("/carbon-intensity/history", _query(zone), "history", zone)
            except MeasureError:
                raise refusal from None

    def _rows(self, path: str, query: Mapping[str, str], key: str, zone: str) -> list[Any]:
        answer = self._client.get(path, query)
        told = answer.get("zone") if isinstance(answer, dict) else None
        if told is not None and told != zone:  # it answers for where the caller seems to be when it does not know the zone
            raise MeasureError(f"{_NAME} was asked for {zone} and answers for {told}", hint="vatio catalog list zones")
        return as_list(answer, key, service=_NAME)


def _query(zone: str) -> dict[str, str]:
    return {"zone": zone, "emissionFactorType": "lifecycle", "shouldUseFallbackCallerLookup": "false"}


def _slots(rows: Iterable[Any]) -> Iterable[Slot]:
    for row in rows:
        start_s = as_moment_s(row, "datetime", service=_NAME)
        value = as_number(row, "carbonIntensity", service=_NAME)
        known = {} if value is None else {"g_per_kwh": value}
        yield Slot(start_s, known, bool(row.get("isEstimated")))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
