"""Write a comparison as one self-contained page: the verdict, its picture, its figures, and the run that measured it."""

from __future__ import annotations

from collections.abc import Sequence

from vatio import __version__
from vatio.records import RunRecord, Verdict
from vatio.report._format import clean
from vatio.report._words import Words
from vatio.report.page import NOTHING, Html, Material, document, join, run_sections, section, table, tag, text, user
from vatio.report.verdict import _figures
from vatio.report.verdict._say import cost, pairs_of, percents, reasons, sentence, span
from vatio.report.verdict._svg import inline, own
from vatio.report.verdict._words import words as words_of


def to_html(
    verdict: Verdict,
    *,
    ratios: Sequence[float] | None = None,
    record: RunRecord | None = None,
    material: Material | None = None,
    language: str = "en",
) -> str:
    """Write one page about a comparison.

    ``ratios`` are the pairs' costs, candidate over baseline, in order; else those that the verdict keeps. ``record`` is the
    run that the repetitions lie within; with it the page shows that run too, drawing on ``material`` (its samples, factors
    and the ledger's head).

    Raises:
        UnknownName: the report is not written in that language.
    """
    said, ratios = words_of(language), pairs_of(verdict, ratios)
    body = [
        tag("div", *_tiles(verdict, said), class_="tiles"),
        _picture(verdict, ratios, said),
        _quality(verdict, said),
        _remarks(verdict, said),
        _details(verdict, ratios, said),
        NOTHING if record is None else _run(record, material, said),
    ]
    foot = tag("footer", tag("p", text(said.say("footer_many", version=__version__))))
    whole = join([_top(verdict, said), tag("main", *body, id="figures"), foot])
    return document(_title(verdict, said), whole, said, style=f"{own('comparison.css')}{own('page.css')}")


def _title(verdict: Verdict, words: Words) -> str:
    return words.say(
        "verdict_title",
        outcome=words.name(verdict.outcome),
        candidate=clean(verdict.candidate),
        baseline=clean(verdict.baseline),
    )


def _top(verdict: Verdict, words: Words) -> Html:
    status = tag("span", text(words.name(verdict.outcome)), class_=f"status {verdict.outcome}")
    brand = tag("p", tag("b", text("vatio")), text(f" {words.say('verdict_kicker')}"), class_="brand")
    skip = tag("a", text(words.say("skip")), href="#figures", class_="skip")
    origin = tag("p", user(verdict.candidate), text(" · "), user(verdict.baseline), class_="origin")
    lead = tag("div", tag("p", text(" ".join(reasons(verdict, words)))), class_="lead")
    head = join([tag("div", brand, status, class_="bar"), origin, tag("h1", text(sentence(verdict, words))), lead])
    return join([skip, tag("header", head)])


def _tiles(verdict: Verdict, words: Words) -> list[Html]:
    value, _, _ = percents(verdict.change_ratio, words)
    pairs = words.count(verdict.pairs)
    shown = [
        (cost(verdict, words), value if verdict.pairs else words.say("verdict_none"), span(verdict.change_ratio, words)),
        (words.say("verdict_pairs"), pairs, clean(verdict.test)),
    ]
    own_j = verdict.energy_j
    source = "" if own_j.is_missing else words.name(own_j.provenance)
    energy = _tile(words.say("verdict_energy"), words.quantity(own_j, "j"), source, known=not own_j.is_missing)
    return [*(_tile(*parts) for parts in shown), energy]


def _tile(label: str, big: str, small: str, *, known: bool = True) -> Html:
    return tag(
        "div",
        tag("p", text(label), class_="label"),
        tag("p", text(big), class_="big" if known else "big none"),
        tag("p", text(small), class_="sub"),
        class_="tile",
    )


def _picture(verdict: Verdict, ratios: Sequence[float], words: Words) -> Html:
    caption = tag("figcaption", text(words.say("picture_note")), class_="note")
    rows = _figures.pairs(ratios, words)
    head = [text(words.say("repetitions_pair")), text(words.say("verdict_change"))]
    numbers = table(text(words.say("repetitions_title")), head, _cells(rows)) if rows else NOTHING
    behind = tag("details", tag("summary", text(words.say("repetitions_title"))), numbers) if rows else NOTHING
    return section(words.say("picture_title"), tag("figure", inline(verdict, ratios, words), caption, behind))


def _quality(verdict: Verdict, words: Words) -> Html:
    rows = _figures.quality(verdict, words)
    keys = ("quality_metric", "verdict_change", "quality_loss", "verdict_outcome")
    return _table("quality_title", keys, rows, words)


def _remarks(verdict: Verdict, words: Words) -> Html:
    notes = _figures.remarks(verdict, words)
    return (
        section(words.say("notes_title"), tag("ul", *(tag("li", user(note)) for note in notes), class_="plain"))
        if notes
        else NOTHING
    )


def _details(verdict: Verdict, ratios: Sequence[float], words: Words) -> Html:
    facts = (tag("div", tag("dt", text(name)), tag("dd", user(value))) for name, value in _figures.rule(verdict, words))
    return join(
        [
            section(words.say("rule_title"), tag("dl", *facts, class_="facts")),
            _table("tests_title", ("tests_name", "tests_statistic", "verdict_p"), _figures.tests(verdict, words), words),
            _table("packages_title", ("package", "package_before", "package_after"), _figures.packages(verdict), words),
        ]
    )


def _run(record: RunRecord, material: Material | None, words: Words) -> Html:
    found = material or Material(samples={}, footprints={}, head=None)
    inside = tag("details", tag("summary", user(record.name or record.id)), run_sections(record, found, words), class_="run")
    return section(words.say("run_title"), inside, words.say("run_note"))


def _table(title: str, keys: Sequence[str], rows: _figures.Rows, words: Words) -> Html:
    if not rows:
        return NOTHING
    said = text(words.say(title))
    return section(words.say(title), table(said, [text(words.say(key)) for key in keys], _cells(rows)))


def _cells(rows: _figures.Rows) -> list[tuple[Html, ...]]:
    return [tuple(user(cell) for cell in row) for row in rows]
