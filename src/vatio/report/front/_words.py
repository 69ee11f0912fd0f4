"""Give a language the front's strings beside the report's."""

from __future__ import annotations

from dataclasses import replace

from vatio.report._words import Words
from vatio.report._words import words as report_words
from vatio.report.front import _english, _spanish

_TABLES = {"en": _english.STRINGS, "es": _spanish.STRINGS}


def words(language: str) -> Words:
    """Choose a language by its code.

    Raises:
        UnknownName: the report is not written in that language.
    """
    known = report_words(language)
    return replace(known, table={**known.table, **_TABLES[known.code]})
