"""Say which components are added: neither parts of another one, nor the platform beside its parts (CONTRACT.md 2)."""

from __future__ import annotations

from collections.abc import Iterable

# Types only: what is counted is asked of runs that are shown as they lie, without any of these classes.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records._run import Channel, Component


def counted(components: Iterable[Component]) -> tuple[Component, ...]:
    """Give the components whose joules add up to the machine's.

    Those that the measurement shared out were counted; where it shared none, those that are part of no other, and a
    platform meter only where it stands alone.
    """
    known = tuple(components)
    shared = tuple(component for component in known if component.workload_j is not None)
    whole = tuple(component for component in known if component.part_of is None)
    parts = tuple(component for component in whole if component.component != "platform")
    return shared or parts or whole


def counted_channels(channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """Give the energy channels that a measurement shares out: no part of another, a platform meter only where it is alone."""
    whole = tuple(channel for channel in channels if channel.component and channel.part_of is None)
    return tuple(channel for channel in whole if channel.component != "platform") or whole
