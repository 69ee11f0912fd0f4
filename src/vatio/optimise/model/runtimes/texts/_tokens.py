"""Cut texts into the numbers of tokens: with the library, or in plain Python where the same comes out sooner."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import takewhile
from typing import Any

LIBRARY, WORDS = "library", "words"
Cut = Callable[[str], list[int]]

_ALIKE = re.compile(r"[a-z0-9A-Z]+|[^\sa-zA-Z0-9]", re.ASCII).findall
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search


def cutter(tokenizer: Any, *, how: str = LIBRARY, has_ends: bool = True) -> Cut:
    """Give the function that cuts a text; ``has_ends`` puts the tokeniser's own tokens around it ([CLS], [SEP]).

    A library's call takes 20 us for 20 tokens, a look into a dict 0.1: with ``words`` a text of ASCII is cut by a regular
    expression and every word looked up, which comes to the same for BERT's tokenisers (``why_not_words``).
    """
    encode = tokenizer.encode

    def by_library(text: str) -> list[int]:
        found: list[int] = encode(text, add_special_tokens=has_ends).ids
        return found

    return by_library if how == LIBRARY else _by_words(tokenizer, by_library, has_ends=has_ends)


def why_not_words(tokenizer: Any) -> str:
    """Say why a tokeniser cannot be replaced by a look-up of words; nothing where it can."""
    said = json.loads(tokenizer.to_str())
    kinds = [(said.get(part) or {}).get("type") for part in ("normalizer", "pre_tokenizer", "model")]
    if kinds != ["BertNormalizer", "BertPreTokenizer", "WordPiece"]:
        return "its tokeniser is none of BERT's kind: " + ", ".join(str(kind) for kind in kinds)
    if not said["normalizer"]["clean_text"]:
        return "its tokeniser keeps control characters"
    if any(token["normalized"] or token["single_word"] for token in said["added_tokens"]):
        return "words were added to its tokeniser"
    return ""


def ends_of(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Give the tokens that a tokeniser puts before and behind every text."""
    found = tokenizer.encode("a")
    marks = list(zip(found.special_tokens_mask, found.ids, strict=True))
    first = [token for _, token in takewhile(lambda mark: mark[0], marks)]
    last = [token for _, token in takewhile(lambda mark: mark[0], reversed(marks))]
    return first, last[::-1]


def _by_words(tokenizer: Any, by_library: Cut, *, has_ends: bool) -> Cut:
    said = json.loads(tokenizer.to_str())
    marks = tuple(token["content"] for token in said["added_tokens"])
    lower: Callable[[str], str] = str.lower if said["normalizer"]["lowercase"] else str
    vocabulary: dict[str, int] = tokenizer.get_vocab(with_added_tokens=False)
    pieces = _pieces(vocabulary, said["model"])
    first, last = ends_of(tokenizer) if has_ends else ([], [])
    most = (tokenizer.truncation or {}).get("max_length", 1 << 30) - len(first) - len(last)
    whole = vocabulary.get

    def cut(text: str) -> list[int]:
        # What is not ASCII, and what BERT would take out, is left to the library; so are its own tokens, written out.
        if not text.isascii() or (not text.isprintable() and _CONTROL(text)) or any(mark in text for mark in marks):
            return by_library(text)
        tokens = first.copy()
        for word in _ALIKE(lower(text)):
            token = whole(word)
            if token is None:
                tokens += pieces(word)
            else:
                tokens.append(token)
        if len(tokens) - len(first) > most:
            del tokens[len(first) + max(most, 0) :]
        return tokens + last

    return cut


def _pieces(vocabulary: dict[str, int], model: dict[str, Any]) -> Callable[[str], list[int]]:
    """Give the function that cuts a word that is no token itself: the longest piece that is one, and so on (WordPiece)."""
    prefix, longest = model["continuing_subword_prefix"], model["max_input_chars_per_word"]
    unknown = [vocabulary[model["unk_token"]]]
    find = vocabulary.get

    def pieces(word: str) -> list[int]:
        if len(word) > longest:
            return unknown
        found: list[int] = []
        at = 0
        while at < len(word):
            end = len(word)
            before = prefix if at else ""
            while (token := find(before + word[at:end])) is None:
                end -= 1
                if end == at:
                    return unknown
            found.append(token)
            at = end
        return found

    return pieces
