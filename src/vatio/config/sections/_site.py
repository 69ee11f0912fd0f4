"""Where the machine stands and what its electricity means."""

from __future__ import annotations

from dataclasses import dataclass

from vatio.config._setting import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """Say where the machine stands: its grid, its building, its price. Nothing is ever looked up from the network."""

    zone: str | None = setting(
        "text",
        "Grid zone: a country (ISO 3166) or part of one. Unset: the world average, which the receipt says.",
        option="--zone",
        example='"ES"',
    )
    grid: str | None = setting(
        "path",
        "CSV of what a kWh emitted, hour by hour: a run is accounted by its hours where the file knows them, else by the year.",
        example='"es.csv"',
    )
    pue: float | None = setting(
        "number",
        "Power usage effectiveness of the building: all its energy over that of its computers.",
        unit="ratio",
        low=1.0,
        high=10.0,
        example="1.2",
    )
    wue_l_per_kwh: float | None = setting(
        "number",
        "Water that the site uses for a kilowatt-hour of its computers.",
        unit="L/kWh",
        low=0.0,
        high=100.0,
        example="1.8",
    )
    source_water_l_per_kwh: float | None = setting(
        "number",
        "Water that making a kilowatt-hour of the electricity takes where it is made; shown apart from the site's.",
        unit="L/kWh",
        low=0.0,
        high=1000.0,
        example="3.1",
    )
    provider: str | None = setting("text", "Cloud provider, if it is one.", example='"aws"')
    region: str | None = setting("text", "The provider's region.", example='"eu-south-2"')
    hardware: str | None = setting("text", "What the machine is, where it stands on your own premises.", example='"DGX A100"')
    price_eur_per_kwh: float | None = setting(
        "number", "Price of electricity.", unit="EUR/kWh", low=0.0, high=10.0, example="0.21"
    )
    tariff: str | None = setting(
        "path",
        "CSV of prices by the hour of the day and the day of the week, or by date; it replaces price_eur_per_kwh.",
        example='"tariff.csv"',
    )
    tariff_timezone: str | None = setting("text", "Time zone of the tariff's times; unset: UTC.", example='"Europe/Madrid"')
    market_g_per_kwh: float | None = setting(
        "number",
        "CO2e of the electricity that you contracted: the market-based figure, shown beside the location-based one.",
        unit="g/kWh",
        low=0.0,
        high=2500.0,
        example="0.0",
    )
    lifetime_years: float | None = setting(
        "number",
        "Years over which the hardware's embodied emissions are spread.",
        unit="years",
        low=0.5,
        high=50.0,
        example="4.0",
    )
