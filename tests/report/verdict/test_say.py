"""A verdict in words: the sentence fits the outcome, and the digits fit the interval."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report._verdicts import failed, hostile, lost_quality, passed, undecided, unmeasured

from vatio.errors import UnknownName
from vatio.records import Interval
from vatio.report.verdict import headline, text_picture
from vatio.report.verdict._english import STRINGS as ENGLISH
from vatio.report.verdict._say import by_interval, percent, percents, reasons
from vatio.report.verdict._spanish import STRINGS as SPANISH
from vatio.report.verdict._words import words

ratio = st.floats(-0.9, 10.0)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def test_both_languages_have_the_same_strings_with_the_same_places() -> None:
    def places(table: dict[str, str]) -> dict[str, set[str | None]]:
        return {key: {name for _, name, _, _ in string.Formatter().parse(text) if name} for key, text in table.items()}

    assert places(ENGLISH) == places(SPANISH)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (failed(), "Regression: CPU time changed by +4.4 % (+2.4 % to +6.4 %)."),
        (passed(), "No regression: energy per sample changed by +0.6 % (-1.2 % to +2.5 %)."),
        (undecided(), "Not decided: CPU time changed by +2.1 % (-2.4 % to +6.9 %)."),
        (unmeasured(), "No pair was measured: inconclusive."),
        (lost_quality(), "Quality lost: accuracy: -0.031; energy per sample changed by +0.6 % (-1.2 % to +2.5 %)."),
        (
            replace(passed(), outcome="inconclusive"),
            "Not decided: energy per sample changed by +0.6 % (-1.2 % to +2.5 %).",
        ),
    ],
)
def test_the_headline_says_what_came_out(verdict, said) -> None:
    assert plain(headline(verdict)) == said


def test_a_language_that_we_do_not_write_is_named() -> None:
    with pytest.raises(UnknownName, match="klingon"):
        headline(failed(), language="klingon")


def test_an_undecided_verdict_says_what_would_decide_it() -> None:
    said = plain(" ".join(reasons(undecided(), words("en"))))

    assert "8.3 %" in said
    assert "24 more pairs" in said


@given(ratio, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_written_interval_is_never_narrower_than_the_one_recorded(value: float, below: float, above: float) -> None:
    interval = Interval(value=value, low=value - below, high=value + above)
    shown = [float(plain(text).removesuffix(" %")) for text in percents(interval, words("en"))]

    assert shown[1] <= (value - below) * 100.0 + 1e-4
    assert shown[2] >= (value + above) * 100.0 - 1e-4
    assert shown[1] <= shown[0] <= shown[2]


def test_a_change_that_rounds_to_nothing_has_no_sign() -> None:
    assert plain(percent(-0.00001, words("en"), decimals=1)) == "0.0 %"
    assert plain(percent(0.00001, words("en"), decimals=1)) == "0.0 %"


@pytest.mark.parametrize(("low", "high", "said"), [(None, 0.1, "pass"), (0.01, None, "fail"), (None, None, "inconclusive")])
def test_an_end_that_is_not_known_decides_nothing(low, high, said) -> None:
    verdict = replace(failed(), resolution_ratio=0.2, change_ratio=Interval(value=0.05, low=low, high=high))

    assert by_interval(verdict) == said
    assert headline(verdict)


@given(
    st.lists(st.floats(0.01, 1e6), max_size=80),
    ratio,
    st.one_of(st.none(), st.floats(0.0, 2.0)),
    st.one_of(st.none(), st.floats(0.0, 2.0)),
    st.floats(0.0, 1.0),
    st.floats(0.001, 1.0),
)
def test_the_picture_in_letters_holds_every_verdict(ratios, value, below, above, allowed_ratio, resolution_ratio) -> None:
    interval = Interval(
        value=value, low=None if below is None else value - below, high=None if above is None else value + above
    )
    verdict = replace(failed(), change_ratio=interval, allowed_ratio=allowed_ratio, resolution_ratio=resolution_ratio)
    lines = text_picture(verdict, ratios=ratios).splitlines()

    assert max(map(len, lines)) <= 64
    assert sum("●" in line for line in lines) == 1
    assert sum(line.count("└") + line.count("┘") for line in lines) in (1, 2)


def test_nobodys_words_get_into_the_picture_in_letters() -> None:
    assert "<" not in text_picture(hostile(), ratios=[1.0, 1.1])
