"""Say things in the reader's language: the tables of strings are ``_english`` and ``_spanish``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vatio.errors import UnknownName
from vatio.records import Quantity
from vatio.report import _english, _spanish
from vatio.report._format import ENGLISH, SPANISH, Marks, Scale, best, duration, interval, plain, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Hold one language: its code, the signs of its numbers and its table of strings."""

    code: str
    marks: Marks
    table: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        """Give a string, with its values put in."""
        return self.table[key].format(**values)

    def name(self, key: str) -> str:
        """Give the word for something that records name (a component, a status), or the name itself."""
        return self.table.get(key, key)

    def quantity(self, quantity: Quantity, unit: str, *, scale: Scale | None = None) -> str:
        """Write a quantity with its interval, or that it was not measured."""
        if quantity.is_missing:
            return self.say("not_measured")
        return _whole(written(quantity, unit, marks=self.marks, scale=scale))

    def best(self, quantity: Quantity, unit: str, *, scale: Scale | None = None) -> str:
        """Write a quantity without its interval, or that it was not measured."""
        if quantity.is_missing:
            return self.say("not_measured")
        return _whole(best(quantity, unit, marks=self.marks, scale=scale))

    def interval(self, quantity: Quantity, unit: str, *, scale: Scale | None = None) -> str:
        """Write the interval alone; empty for a number without one."""
        return "" if quantity.is_missing else _whole(interval(quantity, unit, marks=self.marks, scale=scale))

    def exact(self, value: float, unit: str) -> str:
        """Write a number that has no interval, with its unit."""
        return self.best(Quantity.exact(value), unit)

    def about(self, value: float, unit: str) -> str:
        """Write a number with three digits, where a curve can tell no more."""
        return self.exact(float(f"{value:.3g}"), unit)

    def count(self, value: float) -> str:
        """Write a bare number."""
        return plain(value, marks=self.marks)

    def duration(self, seconds: float) -> str:
        """Write a length of time."""
        return _whole(duration(seconds, marks=self.marks))

    def names(self, items: list[str]) -> str:
        """Join names as a sentence does."""
        return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {self.say('and')} {items[-1]}"


def _whole(number: str) -> str:
    """Keep a number, its interval and its unit on one line."""
    return number.replace(" ", "\u00a0").replace("\u2013", "\u2060\u2013\u2060")


LANGUAGES = {
    "en": Words(code="en", marks=ENGLISH, table=_english.STRINGS),
    "es": Words(code="es", marks=SPANISH, table=_spanish.STRINGS),
}


def words(language: str) -> Words:
    """Choose a language by its code.

    Raises:
        UnknownName: the report is not written in that language.
    """
    if language not in LANGUAGES:
        raise UnknownName.among("language", language, LANGUAGES)
    return LANGUAGES[language]
