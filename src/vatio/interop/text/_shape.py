"""Take mappings, lists, texts and dates out of documents that strangers wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from vatio.errors import UsageError


def mapping(value: object, *, what: str) -> Mapping[str, object]:
    """Give a mapping with texts for keys; nothing is an empty one.

    Raises:
        UsageError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{what} is {type(value).__name__}, not a mapping")
    return {_unicode(str(key)): item for key, item in value.items()}


def lists(value: object, *, what: str) -> Sequence[object]:
    """Give a list; nothing is an empty one.

    Raises:
        UsageError: it is something else.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise UsageError(f"{what} is {type(value).__name__}, not a list")
    return value


def text_of(value: object) -> str:
    """Give a text or a number as one line of text; anything else is nothing.

    >>> text_of("a\\n b\\ud800")
    'a b?'
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return " ".join(_unicode(str(value)).replace("\0", " ").split())


def when(value: object, *, what: str) -> datetime | None:
    """Read a date; one without a zone is taken as UTC, since the file does not say where its clock stood.

    >>> when("2024-09-26T10:46:51", what="timestamp")
    datetime.datetime(2024, 9, 26, 10, 46, 51, tzinfo=datetime.timezone.utc)

    Raises:
        UsageError: it is no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, str):
        value = _dated(value.strip(), what)
    if not isinstance(value, datetime):
        raise UsageError(f"{what} is a {type(value).__name__}, not a date")
    try:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"{what} is before or after all calendars") from error
    return moment


def _dated(text: str, what: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{what} is {text[:40]!r}, not a date", hint="write 2026-01-31T12:00:00Z") from error


def _unicode(text: str) -> str:
    """Put a question mark in place of half a character, which JSON can escape and nothing can store."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
