"""Read when: a date with or without its offset, a time of day, today or tomorrow; local unless an offset is given."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from vatio.errors import UsageError

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAYS = {"today": 0, "tomorrow": 1}
_HINT = 'write "tomorrow 08:00", "08:00", 2026-01-31T08:00 or 2026-01-31T08:00+01:00'


def parse_moment(text: str, *, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Read a moment, in UTC. A time of day alone is its next one.

    ``zone`` is the local time zone, unset: the machine's. A local time that the clock skips in spring is the moment an hour
    on, one that it has twice in autumn the first of them.

    >>> parse_moment("tomorrow 08:00", now=datetime(2026, 1, 1, 23, tzinfo=UTC), zone=UTC).isoformat()
    '2026-01-02T08:00:00+00:00'

    Raises:
        UsageError: the text says no moment.
    """
    here = now.astimezone(zone)
    words = text.strip().lower().split()
    if words and words[0] in _DAYS:
        day = here.date() + timedelta(days=_DAYS[words[0]])
        clock = _clock(words[1]) if len(words) == 2 else None
        if clock is not None:
            return _local(day, clock, zone)
    if len(words) == 1 and (clock := _clock(words[0])) is not None:
        moment = _local(here.date(), clock, zone)
        return moment if moment > now else _local(here.date() + timedelta(days=1), clock, zone)
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else _local(moment.date(), moment.time(), zone)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is not a date or time", hint=_HINT) from None


def _clock(word: str) -> time | None:
    match = _CLOCK.fullmatch(word)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return None
    return time(int(match[1]), int(match[2]), int(match[3] or 0))


def _local(day: date, clock: time, zone: tzinfo | None) -> datetime:
    """Give a local time in UTC: times that the clock skips or has twice do not compare with others otherwise."""
    plain = datetime.combine(day, clock)
    # By its timestamp: astimezone() would take the offset after a skipped hour for the hour itself, and land one before it.
    return datetime.fromtimestamp((plain if zone is None else plain.replace(tzinfo=zone)).timestamp(), UTC)
