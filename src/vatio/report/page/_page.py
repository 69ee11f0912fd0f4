"""Put a report's parts into one HTML file that asks no other host for anything and needs no script to be read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files

from vatio import __version__
from vatio.records import Estimate, Footprint, PlanOutcome, RunRecord
from vatio.report._curve import SampleTable
from vatio.report._sentences import title
from vatio.report._words import Words, words
from vatio.report.page import _many, _one
from vatio.report.page._html import Html, join, tag, text

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='4' fill='%230b6e62'/%3E"
    "%3Cpath d='M2 11h3V6h3v3h3V4h3' fill='none' stroke='white' stroke-width='1.6'/%3E%3C/svg%3E"
)


def to_html(
    records: Sequence[RunRecord],
    samples: Mapping[str, SampleTable] | None = None,
    *,
    footprints: Mapping[str, Footprint] | None = None,
    head: str | None = None,
    language: str = "en",
    estimate: Estimate | None = None,
    outcomes: Mapping[str, PlanOutcome] | None = None,
) -> str:
    """Write one self-contained page about one run, or comparing several.

    ``samples``, ``footprints`` and the ``outcomes`` of plans are looked up by the run's id; ``head`` is the ledger's head,
    printed so that the record can be checked; ``language`` is en or es. ``estimate`` is drawn beside a single run.

    Raises:
        UsageError: there is no run to report.
        UnknownName: the report is not written in that language.
    """
    said = words(language)
    name = title(records, said)
    material = _one.Material(
        samples=samples or {}, footprints=footprints or {}, head=head, estimate=estimate, outcomes=outcomes or {}
    )
    body = _one.page(records[0], material, said) if len(records) == 1 else _many.page(records, material, said)
    return document(name, body, said)


def document(title: str, body: Html, words: Words, *, style: str = "") -> str:
    """Write a whole page around a body; ``style`` is one of our own files and comes after the page's."""
    style, script = _own("page.css") + style, _own("page.js")
    head_part = join(
        [
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="generator", content=f"vatio {__version__}"),
            tag("title", text(title)),
            tag("link", rel="icon", href=ICON),
            # All are files of ours, hashed in the policy above: nothing of a record reaches them.
            Html(f"<style>{style}</style>"),
        ]
    )
    page = tag("html", tag("head", head_part), tag("body", body, Html(f"<script>{script}</script>")), lang=words.code)
    return f"<!doctype html>\n{page}\n"


def _policy(style: str, script: str) -> str:
    """Allow this page's own style and script by their digests, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _own(name: str) -> str:
    return files("vatio.report.page").joinpath(name).read_text(encoding="utf-8")
