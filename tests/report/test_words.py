"""The report says the same in both languages."""

import re
import string

import pytest

from vatio.errors import UnknownName
from vatio.report._english import STRINGS as ENGLISH
from vatio.report._spanish import STRINGS as SPANISH
from vatio.report._words import words


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_strings() -> None:
    assert set(ENGLISH) == set(SPANISH)


@pytest.mark.parametrize("key", sorted(ENGLISH))
def test_a_translation_has_the_same_places_for_values(key: str) -> None:
    assert places(ENGLISH[key]) == places(SPANISH[key])


def test_a_language_that_we_do_not_write_is_named() -> None:
    with pytest.raises(UnknownName, match="klingon"):
        words("klingon")


def test_names_are_joined_as_in_a_sentence() -> None:
    assert words("en").names(["CPU"]) == "CPU"
    assert words("es").names(["CPU", "memoria", "GPU"]) == "CPU, memoria y GPU"


def test_the_report_makes_no_comparison_that_it_cannot_source() -> None:
    said = " ".join([*ENGLISH.values(), *SPANISH.values()]).lower()

    assert not re.findall(r"\b(trees?|árbol\w*|cars?|coches?|green\w*|verdes?|eco\w*|neutral\w*|sav\w+|ahorr\w+)\b", said)
