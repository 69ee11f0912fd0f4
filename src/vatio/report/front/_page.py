"""Write a front as one self-contained page: what to deploy, the picture, the figures, what was left, and the search's run."""

from __future__ import annotations

from vatio import __version__
from vatio.records import Front, RunRecord
from vatio.report._format import clean
from vatio.report._words import Words
from vatio.report.front import _rows, _say
from vatio.report.front._svg import inline, legend, own
from vatio.report.front._words import words as words_of
from vatio.report.page import NOTHING, Html, Material, document, join, run_sections, section, table, tag, text, user

_OPEN_ROWS, _MOST_ROWS = 12, 500


def front_html(
    front: Front, *, record: RunRecord | None = None, material: Material | None = None, folder: str = "", language: str = "en"
) -> str:
    """Write one page about a front.

    ``record`` is the search's run; with it the page shows that run too, drawing on ``material`` (its samples, factors and
    the ledger's head). ``folder`` is where the artefacts lie.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    body = [
        tag("div", *_tiles(front, said), class_="tiles"),
        *(_batch(front, batch, said) for batch in front.batches),
        _use(front, folder, said),
        _notes(front, said),
        _rejected(front, said),
        _rule(front, said),
        NOTHING if record is None else _run(record, material, said),
    ]
    foot = tag("footer", tag("p", text(said.say("footer_many", version=__version__))))
    whole = join([_top(front, said), tag("main", *body, id="figures"), foot])
    name = said.say("front_title", model=clean(front.model), headline=_say.headline(front, said))
    return document(name, whole, said, style=own("front.css"))


def _top(front: Front, words: Words) -> Html:
    is_better = any(point.chain for point in _say.chosen_points(front))
    status = tag(
        "span",
        text(words.say("front_certified" if is_better else "front_tile_keep")),
        class_="status" if is_better else "status kept",
    )
    brand = tag("p", tag("b", text("vatio")), text(f" {words.say('front_kicker')}"), class_="brand")
    skip = tag("a", text(words.say("skip")), href="#figures", class_="skip")
    lead = tag("div", tag("p", text(" ".join(_say.reasons(front, words)))), class_="lead")
    origin = tag("p", user(front.model), class_="origin") if front.model else NOTHING
    head = join([tag("div", brand, status, class_="bar"), origin, tag("h1", text(_say.headline(front, words))), lead])
    return join([skip, tag("header", head)])


def _tiles(front: Front, words: Words) -> list[Html]:
    shown = []
    for batch in front.batches:
        label = words.say("front_batch_one") if batch == 1 else words.say("front_batch_many", batch=str(batch))
        point = front.chosen_for(batch)
        if point is None or not point.chain:
            shown.append(_tile(label, words.say("front_tile_keep"), words.say("front_tile_why"), known=False))
        else:
            shown.append(_tile(label, f"{_say.times(point, words)}\u00a0\u00d7", _say.chain(point, words)))
    trials = words.say("front_tile_trials", trials=words.count(front.search.trials))
    shown.append(_tile(words.say("front_tile_search"), _say.search_cost(front, words), trials))
    paid = [point.payback_calls for point in _say.chosen_points(front) if point.payback_calls is not None]
    if paid:
        shown.append(_tile(words.say("front_tile_payback"), _say.count(min(paid), words), words.say("front_tile_answers")))
    return shown


def _tile(label: str, big: str, small: str, *, known: bool = True) -> Html:
    return tag(
        "div",
        tag("p", text(label), class_="label"),
        tag("p", text(big), class_="big" if known else "big none"),
        tag("p", user(small), class_="sub"),
        class_="tile",
    )


def _batch(front: Front, batch: int, words: Words) -> Html:
    name = words.say("front_batch_one") if batch == 1 else words.say("front_batch_many", batch=str(batch))
    rows = [[user(cell) for cell in row] for row in _rows.points(front, batch, words)]
    caption = text(f"{words.say('front_points_title')}: {name}")
    note = tag("figcaption", text(words.say("front_picture_note")), class_="note") if batch == front.batches[0] else NOTHING
    figure = tag("figure", legend(words), inline(front, batch, words), note)
    found = table(caption, map(text, _rows.head(front, words)), rows, numeric=2)
    return section(name, join([figure, tag("div", found, class_="points")]))


def _use(front: Front, folder: str, words: Words) -> Html:
    paths = dict.fromkeys(point.artefact for point in _say.chosen_points(front) if point.artefact)
    if not paths:
        return NOTHING
    where = folder.rstrip("/") + "/" if folder else ""
    lines = [f"model = vatio.load_model({clean(where + path)!r})" for path in paths]
    code = join(map(text, ["import vatio", *lines, "labels = model.predict(cases)"]), Html("\n"))
    return section(words.say("front_use_title"), tag("pre", tag("code", code), tabindex="0"), words.say("front_use_note"))


def _notes(front: Front, words: Words) -> Html:
    items = (tag("li", user(note)) for note in front.notes)
    return section(words.say("front_notes_title"), tag("ul", *items, class_="plain")) if front.notes else NOTHING


def _rejected(front: Front, words: Words) -> Html:
    rows = [[user(cell) for cell in row] for row in _rows.rejected(front, words, most=_MOST_ROWS)]
    if not rows:
        return NOTHING
    title = words.say("front_rejected_title")
    inner = table(text(title), map(text, _rows.rejected_head(front, words)), rows, numeric=3)
    left = len(front.rejected) - len(rows)
    if left > 0:
        inner = join([inner, tag("p", text(words.say("front_rejected_more", count=words.count(left))), class_="note")])
    if len(rows) > _OPEN_ROWS:
        inner = tag("details", tag("summary", text(f"{title} ({words.count(len(front.rejected))})")), inner)
    return section(title, tag("div", inner, class_="left"), words.say("front_rejected_note"))


def _rule(front: Front, words: Words) -> Html:
    facts = (tag("div", tag("dt", text(name)), tag("dd", user(value))) for name, value in _rows.rule(front, words))
    return section(words.say("front_rule_title"), tag("dl", *facts, class_="facts"))


def _run(record: RunRecord, material: Material | None, words: Words) -> Html:
    found = material or Material(samples={}, footprints={}, head=None)
    inside = tag("details", tag("summary", user(record.name or record.id)), run_sections(record, found, words), class_="run")
    return section(words.say("front_run_title"), inside, words.say("front_run_note"))
