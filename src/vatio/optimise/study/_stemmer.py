"""Stem English words by Snowball's English stemmer as it was until 2021 (M. F. Porter, "Porter2", 2001).

The studies that are repeated here used that version; later ones treat other endings, and so give other columns.
"""

from __future__ import annotations

from typing import NamedTuple

_VOWELS = frozenset("aeiouy")
_DOUBLES = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_BEFORE_LI = frozenset("cdeghkmnrt")
_SPECIAL = {
    "skis": "ski",
    "skies": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "idly": "idl",
    "gently": "gentl",
    "ugly": "ugli",
    "early": "earli",
    "only": "onli",
    "singly": "singl",
    **{word: word for word in ("sky", "news", "howe", "atlas", "cosmos", "bias", "andes")},
    **{word + end: word for word in ("inning", "outing", "canning", "herring", "earring") for end in ("", "s")},
    **{word + end: word for word in ("proceed", "exceed", "succeed") for end in ("", "s", "ed", "ing")},
}
# What a region in which the ending must lie begins at, by the beginning of the word.
_PREFIXES = {"gener": 5, "arsen": 5, "commun": 6}
# Longest ending first; the first that fits is the only one that is looked at.
_SECOND = {
    "ization": "ize",
    "ational": "ate",
    "fulness": "ful",
    "ousness": "ous",
    "iveness": "ive",
    "tional": "tion",
    "biliti": "ble",
    "lessli": "less",
    "entli": "ent",
    "ation": "ate",
    "alism": "al",
    "aliti": "al",
    "ousli": "ous",
    "iviti": "ive",
    "fulli": "ful",
    "enci": "ence",
    "anci": "ance",
    "abli": "able",
    "izer": "ize",
    "ator": "ate",
    "alli": "al",
    "bli": "ble",
    "ogi": "og",
    "li": "",
}
_THIRD = {
    "ational": "ate",
    "tional": "tion",
    "alize": "al",
    "icate": "ic",
    "iciti": "ic",
    "ative": "",
    "ical": "ic",
    "ness": "",
    "ful": "",
}
_FOURTH_ENDINGS = "ement ance ence able ible ment ant ent ism ate iti ous ive ize ion al er ic"
_FOURTH = tuple(_FOURTH_ENDINGS.split())


class _Word(NamedTuple):
    """Hold the letters, and where the two regions begin in which endings may be taken off."""

    letters: str
    first: int
    second: int

    def has_in_first(self, ending: str) -> bool:
        """Tell whether the ending lies in the first region."""
        return len(self.letters) - len(ending) >= self.first

    def has_in_second(self, ending: str) -> bool:
        """Tell whether the ending lies in the second region."""
        return len(self.letters) - len(ending) >= self.second

    def with_ending(self, ending: str, other: str = "") -> _Word:
        """Put another ending in place of one."""
        return self._replace(letters=self.letters[: len(self.letters) - len(ending)] + other)


def stem(word: str) -> str:
    """Give the stem of a word, in small letters.

    >>> [stem(word) for word in ("Running", "generously", "vacations", "skies", "hoping", "it")]
    ['run', 'generous', 'vacat', 'sky', 'hope', 'it']
    """
    word = word.lower()
    if len(word) <= 2 or word in _SPECIAL:
        return _SPECIAL.get(word, word)
    for mark in "\u2019\u2018\u201b":
        word = word.replace(mark, "'")
    marked = _marked(word.removeprefix("'"))
    found = _Word(marked, *_regions(marked))
    for step in (_possessive, _plural, _past, _final_y, _second, _third, _fourth, _fifth):
        found = step(found)
    return found.letters.replace("Y", "y")


def _marked(word: str) -> str:
    """Write a y that is a consonant as a capital."""
    letters = list(word)
    for at, letter in enumerate(letters):
        if letter == "y" and (at == 0 or letters[at - 1] in _VOWELS):
            letters[at] = "Y"
    return "".join(letters)


def _regions(word: str) -> tuple[int, int]:
    """Give where the regions begin: each after the first consonant that follows a vowel."""
    first = next((length for prefix, length in _PREFIXES.items() if word.startswith(prefix)), None)
    first = _after_consonant(word, 0) if first is None else first
    return first, _after_consonant(word, first)


def _after_consonant(word: str, start: int) -> int:
    pairs = range(start + 1, len(word))
    return next((at + 1 for at in pairs if word[at] not in _VOWELS and word[at - 1] in _VOWELS), len(word))


def _has_vowel(letters: str) -> bool:
    return any(letter in _VOWELS for letter in letters)


def _possessive(word: _Word) -> _Word:
    ending = next((end for end in ("'s'", "'s", "'") if word.letters.endswith(end)), "")
    return word.with_ending(ending)


def _plural(word: _Word) -> _Word:
    ending = next((end for end in ("sses", "ied", "ies", "us", "ss", "s") if word.letters.endswith(end)), "")
    if ending == "sses":
        return word.with_ending(ending, "ss")
    if ending in ("ied", "ies"):
        return word.with_ending(ending, "i" if len(word.letters) > 4 else "ie")
    return word.with_ending("s") if ending == "s" and _has_vowel(word.letters[:-2]) else word


def _past(word: _Word) -> _Word:
    ending = next((end for end in ("eedly", "ingly", "edly", "eed", "ing", "ed") if word.letters.endswith(end)), "")
    if ending in ("eed", "eedly"):
        return word.with_ending(ending, "ee") if word.has_in_first(ending) else word
    if not ending or not _has_vowel(word.letters[: -len(ending)]):
        return word
    bare = word.with_ending(ending)
    if bare.letters.endswith(("at", "bl", "iz")):
        return bare.with_ending("", "e")
    if bare.letters.endswith(_DOUBLES):
        return bare.with_ending(bare.letters[-1])
    return bare.with_ending("", "e") if len(bare.letters) <= bare.first and _ends_short(bare.letters) else bare


def _ends_short(letters: str) -> bool:
    """Tell whether the last syllable is short: vowel and consonant at the begin, or between consonants."""
    if len(letters) < 2 or letters[-1] in _VOWELS or letters[-2] not in _VOWELS:
        return False
    return len(letters) == 2 or (letters[-1] not in "wxY" and letters[-3] not in _VOWELS)


def _final_y(word: _Word) -> _Word:
    letters = word.letters
    if len(letters) > 2 and letters[-1] in "yY" and letters[-2] not in _VOWELS:
        return word.with_ending("y", "i")
    return word


def _second(word: _Word) -> _Word:
    ending = next((end for end in _SECOND if word.letters.endswith(end)), "")
    if not ending or not word.has_in_first(ending):
        return word
    before = word.letters[: -len(ending)][-1:]
    if (ending == "ogi" and before != "l") or (ending == "li" and before not in _BEFORE_LI):
        return word
    return word.with_ending(ending, _SECOND[ending])


def _third(word: _Word) -> _Word:
    ending = next((end for end in _THIRD if word.letters.endswith(end)), "")
    if not ending or not word.has_in_first(ending) or (ending == "ative" and not word.has_in_second(ending)):
        return word
    return word.with_ending(ending, _THIRD[ending])


def _fourth(word: _Word) -> _Word:
    ending = next((end for end in _FOURTH if word.letters.endswith(end)), "")
    if not ending or not word.has_in_second(ending):
        return word
    return word if ending == "ion" and word.letters[-4:-3] not in ("s", "t") else word.with_ending(ending)


def _fifth(word: _Word) -> _Word:
    letters = word.letters
    if letters.endswith("e"):
        is_free = word.has_in_second("e") or (word.has_in_first("e") and not _ends_short(letters[:-1]))
        return word.with_ending("e") if is_free else word
    return word.with_ending("l") if letters.endswith("ll") and word.has_in_second("l") else word
