"""What every meter promises: subclass ``MeterContract`` in a test file, say how to make the meter, and pytest checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vatio.errors import UsageError

if TYPE_CHECKING:
    from vatio.measure import Meter

UNITS = frozenset(("j", "s", "bytes", "ratio", "hz", "celsius", "w"))
COMPONENTS = frozenset(("cpu", "dram", "gpu", "platform", "other"))


class MeterContract:
    """Check one kind of meter; ``broken`` and ``advance`` may stay as they are where a sensor cannot be moved."""

    def meter(self) -> Meter:
        """Open the meter under test: each test opens its own and closes it."""
        raise UsageError("a contract without a meter", hint="def meter(self) -> Meter: ...")

    def advance(self, meter: Meter) -> None:
        """Let time pass on the double behind the meter, so that joules are drawn."""

    def break_sensor(self, meter: Meter) -> bool:
        """Make the sensor fail, and tell whether it could be done."""
        return False

    def test_channels_have_one_name_each_and_known_units(self) -> None:
        meter = self.meter()
        names = [channel.name for channel in meter.channels]
        assert names
        assert len(set(names)) == len(names)
        assert {channel.unit for channel in meter.channels} <= UNITS
        assert {channel.meter for channel in meter.channels} == {meter.name}
        meter.close()

    def test_energy_channels_say_what_they_count_and_how_well(self) -> None:
        meter = self.meter()
        for channel in meter.channels:
            if channel.unit == "j":
                assert channel.component in COMPONENTS
                assert channel.kind == "counter"
                assert channel.device
                assert channel.source
                assert 0.0 <= channel.low_ratio <= 1.0 <= channel.high_ratio
        meter.close()

    def test_a_reading_has_one_number_a_channel(self) -> None:
        meter = self.meter()
        assert len(meter.read()) == len(meter.channels)
        meter.close()

    def test_counters_never_fall(self) -> None:
        meter = self.meter()
        last: list[float | None] = [None] * len(meter.channels)
        for _ in range(20):
            self.advance(meter)
            values = list(meter.read())
            for channel, before, after in zip(meter.channels, last, values, strict=True):
                if channel.kind == "counter" and before is not None and after is not None:
                    assert after >= before
            last = [before if after is None else after for before, after in zip(last, values, strict=True)]
        meter.close()

    def test_counter_ranges_are_of_its_own_channels(self) -> None:
        meter = self.meter()
        assert set(meter.counter_ranges_j) <= {channel.name for channel in meter.channels}
        meter.close()

    def test_it_asks_for_readings_at_a_bearable_rate(self) -> None:
        meter = self.meter()
        assert meter.poll_s is None or meter.poll_s >= 0.1
        meter.close()

    def test_a_sensor_that_fails_is_a_hole_with_its_reason_and_raises_nothing(self) -> None:
        meter = self.meter()
        meter.read()
        if self.break_sensor(meter):
            values = meter.read()
            holes = [channel.name for channel, value in zip(meter.channels, values, strict=True) if value is None]
            assert holes
            assert set(holes) & set(meter.faults())
        meter.close()

    def test_closing_twice_does_nothing(self) -> None:
        meter = self.meter()
        meter.close()
        meter.close()
