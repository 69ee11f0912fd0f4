"""Texts become the matrix that the published study had: stems, stop words, weights and the length."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.errors import UsageError
from vatio.optimise.study import message_table, read_messages
from vatio.optimise.study._messages import words_of
from vatio.optimise.study._stemmer import stem
from vatio.optimise.study._stop_words import STOP_WORDS

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "studies" / "sms" / "SMSSpamCollection"


# By Snowball's English stemmer as NLTK 3.10 has it.
@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("generously", "generous"),
        ("communities", "communiti"),
        ("universities", "univers"),
        ("organization", "organ"),
        ("psychologist", "psychologist"),
        ("agreed", "agre"),
        ("hopping", "hop"),
        ("hoping", "hope"),
        ("cried", "cri"),
        ("ties", "tie"),
        ("gas", "gas"),
        ("kiwis", "kiwi"),
        ("sayings", "say"),
        ("yesterday's", "yesterday"),
        ("relational", "relat"),
        ("rolled", "roll"),
        ("controlling", "control"),
        ("succeeding", "succeed"),
        ("DYING", "die"),
        ("i\u2018m", "i'm"),
    ],
)
def test_a_word_has_its_stem(word, wanted):
    assert stem(word) == wanted


@given(st.text(max_size=30))
def test_any_text_has_a_stem_in_small_letters(text):
    assert stem(text).lower() == stem(text)


def test_the_stop_words_are_those_of_the_study():
    assert len(STOP_WORDS) == 179


def test_a_message_is_cut_into_stems_without_stop_words():
    assert words_of("FREE entry!!! You have won, the prizes") == ["free", "entri", "prize"]


def test_a_line_without_a_label_is_refused(tmp_path):
    path = tmp_path / "m.txt"
    path.write_text("ham\thello\nno label here\n")
    with pytest.raises(UsageError, match="row 2"):
        read_messages(str(path))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "m.txt"
    path.write_bytes(b"ham\t\xff\xfe\n")
    with pytest.raises(UsageError, match="cannot read"):
        read_messages(str(path))


def test_quotes_swallow_lines_unless_they_are_letters(tmp_path):
    path = tmp_path / "m.txt"
    path.write_text('ham\t"one\nham\ttwo"\nspam\tthree\n')
    assert len(read_messages(str(path))[0]) == 2
    assert len(read_messages(str(path), is_quoted=False)[0]) == 3


@pytest.mark.data
def test_the_published_matrix_is_reproduced_exactly():
    pytest.importorskip("sklearn")
    labels, messages = read_messages(str(CORPUS))
    assert message_table(labels, messages, source="sms").x.shape == (5572, 8169)
    assert len(read_messages(str(CORPUS), is_quoted=False)[0]) == 5574
