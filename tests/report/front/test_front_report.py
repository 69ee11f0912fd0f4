"""A front as lines, Markdown, picture and page: what to deploy is said first, doubts are seen, no name is obeyed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.report._fronts import chosen_front, counted_front, hostile_front, kept_front

from vatio.errors import UnknownName
from vatio.report.front import _english, _spanish, front_html, front_lines, front_markdown, front_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_the_languages_say_the_same_things():
    assert _english.STRINGS.keys() == _spanish.STRINGS.keys()
    for key, said in _english.STRINGS.items():
        fields = {word.split("}")[0] for word in said.split("{")[1:]}
        assert fields == {word.split("}")[0] for word in _spanish.STRINGS[key].split("{")[1:]}, key


def test_the_first_line_says_what_is_gained():
    assert front_lines(chosen_front())[0] == "10.4 times cheaper at batch 1 and 17.1 times cheaper at batch 32"


def test_keeping_what_there_is_is_an_answer():
    lines = front_lines(kept_front())
    assert lines[0] == "Keep the model as it is"
    assert "about 800 more labels" in "\n".join(lines)
    page = front_html(kept_front())
    assert "Nothing cheaper could be certified to lose at most 1\u00a0pt of accuracy" in page
    assert "load_model" not in page


def test_the_lines_name_every_point_and_every_reason():
    text = "\n".join(front_lines(chosen_front()))
    for word in (
        "the model as it is",
        "1. prune",
        "not certified",
        "chosen",
        "certified",
        "dearer: 2.2",
        "vatio[torch]",
        "312 CPU-s",
    ):
        assert word in text
    assert "repaid after 81 k answers at batch 1: 4 h 52 min at the 400 k a day" in text
    assert text.isascii()


def test_what_was_left_is_cut_and_counted():
    whole = chosen_front()
    many = replace(whole, rejected=whole.rejected[:1] * 40)
    assert front_lines(many)[-1] == "  and 28 more; --json names them all"
    assert sum("int8_dynamic" in line for line in front_lines(many, is_full=True)) == 40


def test_the_page_shows_both_batches_their_points_and_how_to_use_them():
    page = front_html(chosen_front(), folder="out")
    for word in ("<h1>10.4 times cheaper", "One case a call", "32 cases a call", "int8 preset=mixed", "not certified"):
        assert word in page
    assert "vatio.load_model(&#x27;out/points/c&#x27;)" in page
    assert page.count('role="img"') == 2


def test_the_page_asks_no_host_and_needs_no_script():
    page = front_html(chosen_front())
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert page.count("<script>") == 1  # the page's own, which only adds a cursor


def test_spanish_has_its_words_and_its_decimal_comma():
    page = front_html(chosen_front(), language="es")
    assert '<html lang="es">' in page
    assert "10,4 veces más barato con lote 1" in page
    with pytest.raises(UnknownName):
        front_html(chosen_front(), language="tlh")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("front", [chosen_front, kept_front, counted_front, hostile_front])
def test_every_front_can_be_drawn(front, language):
    drawn = ElementTree.fromstring(front_svg(front(), language=language))
    shown = front()
    assert len(drawn.findall(f"{SVG}svg")) == len(shown.batches)
    assert drawn.findtext(f"{SVG}desc")


def test_the_picture_tells_the_states_apart_by_shape():
    drawn = front_svg(chosen_front())
    assert drawn.count('class="point baseline"') == 2
    assert drawn.count('class="point certified"') == 3
    assert drawn.count('class="ring"') == 2
    assert drawn.count('class="point open"') == 1
    assert drawn.count('class="cross"') == 1
    assert drawn.count('class="cross away"') == 1  # what is far too bad lies beyond the edge


def test_what_is_cheaper_lies_further_left():
    drawn = ElementTree.fromstring(front_svg(chosen_front()))
    panel = drawn.find(f"{SVG}svg")
    found = {}
    for group in panel.iter(f"{SVG}g"):
        inner = group.find(f"{SVG}svg")
        number = group.findtext(f".//{SVG}text")
        found[number] = float(inner.get("x").rstrip("%"))
    assert found["1"] < found["2"] < found["3"] < found[None]


@pytest.mark.parametrize("render", [front_html, front_svg, front_markdown])
def test_a_strangers_names_are_not_obeyed(render):
    shown = render(hostile_front())
    assert "<script>alert" not in shown
    assert "\x1b" not in shown


def test_a_terminal_gets_no_control_characters():
    assert "\x1b" not in "\n".join(front_lines(hostile_front(), is_full=True))


def test_joules_are_shown_where_a_sensor_counted_them():
    text = "\n".join(front_lines(counted_front()))
    assert "J / 1 000" in text
    assert "Costs are joules that a sensor counted" in text
    assert "The search itself cost 5.40 kJ in one trial" in text
    assert "-53.2" in text
    assert "pt" not in text.replace("opt", "").replace("script", "")


def test_the_markdown_has_a_table_for_each_batch():
    found = front_markdown(chosen_front())
    assert found.startswith("### 10.4 times cheaper")
    assert found.count("| Model | State | CPU-s / 1 000 |") == 2
    assert "<details><summary>Tried and left" in found


def test_showing_a_front_loads_no_numpy():
    code = "import sys, vatio.report.front as f; f.front_html; f.front_lines; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_front_without_any_number_of_quality_is_still_shown():
    whole = chosen_front()
    bare = replace(whole, points=tuple(replace(each, quality={}) for each in whole.points), baseline=())
    assert "not measured" in front_html(bare)
    ElementTree.fromstring(front_svg(bare))
