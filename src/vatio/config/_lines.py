"""Find the line of a key in a TOML file, which tomllib does not tell; it is asked for errors and origins."""

from __future__ import annotations


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Map each key and table of a valid TOML text to its line, from 1.

    Keys inside an inline table or an array are not listed: take the line of what holds them (``line_of``).

    >>> key_lines("[site]\\nzone = 'ES'\\nm.x = 1")
    {('site',): 1, ('site', 'zone'): 2, ('site', 'm', 'x'): 3}
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    closing, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip()
        if closing or depth > 0:
            closing, depth = _after_value(line, closing, depth)
        elif bare.startswith("["):
            table = _keys(bare.lstrip("["))[0]
            found.setdefault(table, number)
        elif bare and not bare.startswith("#"):
            keys, rest = _keys(bare)
            found.setdefault((*table, *keys), number)
            closing, depth = _after_value(rest, "", 0)
    return found


def line_of(lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> int | None:
    """Give the line of a key, or of the nearest thing that holds it."""
    for length in range(len(path), 0, -1):
        deeper = [line for known, line in lines.items() if known[:length] == path[:length]]
        if deeper:
            return lines.get(path[:length], min(deeper))
    return None


def _keys(text: str) -> tuple[tuple[str, ...], str]:
    """Split ``a."b.c" = rest`` (or ``a]``) into its keys and the rest."""
    keys: list[str] = []
    at, start = 0, 0
    while at < len(text) and text[at] not in "=]":
        if text[at] in "\"'":
            end = _closed_at(text, at)
            keys.append(text[at + 1 : end - 1])
            at = start = end
        elif text[at] == ".":
            keys.extend(filter(None, [text[start:at].strip()]))
            at = start = at + 1
        else:
            at += 1
    keys.extend(filter(None, [text[start:at].strip()]))
    return tuple(keys), text[at + 1 :]


def _closed_at(text: str, at: int) -> int:
    """Give the index after the string that opens at ``at``; the end of the text where it is not closed."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" and quote == '"' else 1
    return at + 1


def _long_closed_at(text: str, at: int, closing: str) -> int:
    """Give the index after the end of a long string, past the end of the text where it goes on."""
    while at < len(text) and not text.startswith(closing, at):
        at += 2 if text[at] == "\\" and closing == '"""' else 1
    if at >= len(text):
        return len(text) + 1
    # Up to two quotes before the closing three belong to the string.
    at += 3
    while at < len(text) and text[at] == closing[0]:
        at += 1
    return at


def _after_value(text: str, closing: str, depth: int) -> tuple[str, int]:
    """Follow a value to the end of its line: which long string and how many brackets are still open."""
    at = 0
    while at < len(text):
        if closing:
            at = _long_closed_at(text, at, closing)
            if at > len(text):
                return closing, depth
            closing = ""
        elif text[at : at + 3] in ('"""', "'''"):
            closing, at = text[at : at + 3], at + 3
        elif text[at] in "\"'":
            at = _closed_at(text, at)
        elif text[at] == "#":
            break
        else:
            depth += (text[at] in "[{") - (text[at] in "]}")
            at += 1
    return closing, depth
