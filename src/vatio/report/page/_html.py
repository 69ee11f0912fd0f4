"""Build HTML and SVG whose every text is escaped: a plain string is not ``Html`` until ``text`` or ``user`` has seen it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NewType

from vatio.report._format import clean

Html = NewType("Html", str)
NOTHING = Html("")
_VOID = frozenset({"meta", "link", "input", "br", "hr", "line", "rect", "path", "circle"})


def text(words: str) -> Html:
    """Escape a text of our own."""
    return Html(escape(clean(words), quote=True))


def user(words: str) -> Html:
    """Escape a text that someone else wrote, and keep its direction from reordering what stands around it."""
    return tag("bdi", text(words))


def tag(name: str, /, *children: Html, **attributes: str | float | bool | None) -> Html:
    """Build one element; ``class_`` and ``for_`` lose their underscore, others become dashes, None and False are left out.

    >>> tag("p", text("a < b"), class_="note", aria_hidden="true")
    '<p class="note" aria-hidden="true">a &lt; b</p>'
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    if name in _VOID and not children:
        return Html(f"<{name}{written}/>" if name in {"line", "rect", "path", "circle"} else f"<{name}{written}>")
    return Html(f"<{name}{written}>{''.join(children)}</{name}>")


def join(parts: Iterable[Html], between: Html = NOTHING) -> Html:
    """Put parts one after the other."""
    return Html(between.join(parts))


def table(
    caption: Html, head: Iterable[Html], rows: Iterable[Iterable[Html]], *, numeric: int = 1, firm: int | None = None
) -> Html:
    """Build a table whose first cell of a row is its header; columns from ``numeric`` on are aligned as numbers.

    The column ``firm`` is not broken into lines. A wide table scrolls inside its own box, which the keyboard can reach.
    """
    body = join(tag("tr", *(_cell(cell, at, numeric, firm) for at, cell in enumerate(row))) for row in rows)
    heads = join(tag("th", cell, scope="col", class_="n" if at >= numeric else None) for at, cell in enumerate(head))
    inner = tag("table", tag("caption", caption), tag("thead", tag("tr", heads)), tag("tbody", body))
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=Html(_bare(caption)))


def _cell(cell: Html, at: int, numeric: int, firm: int | None) -> Html:
    if at == 0:
        return tag("th", cell, scope="row")
    return tag("td", cell, class_="n" if at >= numeric else "f" if at == firm else None)


def _attribute(key: str, value: str | float | bool) -> str:
    name = key.rstrip("_").replace("_", "-") if key not in {"viewBox", "preserveAspectRatio"} else key
    if value is True:
        return f" {name}"
    written = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else escape(clean(str(value)), quote=True)
    return f' {name}="{written}"'


def _bare(markup: Html) -> str:
    """Take the elements out of a caption, so that it can be an accessible name."""
    from html import unescape
    from re import sub

    return unescape(sub(r"<[^>]*>", "", markup))
