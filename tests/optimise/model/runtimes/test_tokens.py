"""Looking words up gives the tokens that the tokeniser's library gives, whatever the text."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vatio.optimise.model.runtimes.texts._tokens import WORDS, cutter, why_not_words

pytest.importorskip("tokenizers")

_PARTS = (
    "matrix",
    "Nodes",
    "solving",
    "the",
    "##s",
    "[SEP]",
    "[sep]",
    "_x_",
    "a" * 101,
    "xyz",
    "qq",
    "Ünï",
    "\n",
    "\t",
    "\x0c",
)


@cache
def tokenizer() -> Any:
    from tests.optimise.model._texts import tokenizer as made

    found = made()
    found.enable_truncation(12)
    return found


@given(st.lists(st.one_of(st.sampled_from(_PARTS), st.text(max_size=6)), max_size=20).map(" ".join))
def test_the_same_tokens_come_out(text: str) -> None:
    for has_ends in (True, False):
        both = cutter(tokenizer(), has_ends=has_ends), cutter(tokenizer(), how=WORDS, has_ends=has_ends)
        assert both[0](text) == both[1](text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_same_tokens_come_out_of_ascii(text: str) -> None:
    assert cutter(tokenizer())(text) == cutter(tokenizer(), how=WORDS)(text)


def test_why_not_is_said() -> None:
    from tokenizers import Tokenizer, models

    assert why_not_words(tokenizer()) == ""
    assert "WordLevel" in why_not_words(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
