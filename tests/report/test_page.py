"""The page is one small file that asks nobody for anything, hides nothing that is missing, and escapes what others wrote."""

import json
import math
import re
from array import array
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.report._examples import (
    HEAD,
    Samples,
    footprint,
    hostile,
    hostile_samples,
    partly_missing,
    second_samples,
    second_training,
    training,
    training_samples,
    without_sensor,
)

from vatio.errors import UnknownName, UsageError
from vatio.records import Component, Host, Phase, Quantity, RunRecord, total
from vatio.report import to_html, to_markdown
from vatio.report.page._ribbon import lanes

RUNS = [training, without_sensor, partly_missing, hostile, second_training]
VOID = {"meta", "link", "input", "br", "hr"}


class Reader(HTMLParser):
    """Collect tags, attributes and text, and check that what is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(record: RunRecord, **options: str) -> str:
    samples = hostile_samples() if "alert" in record.name else training_samples()
    return to_html([record], {record.id: samples}, footprints={record.id: footprint(record)}, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("build", RUNS)
def test_every_page_is_well_formed_and_in_its_language(build: Callable[[], RunRecord], language: str) -> None:
    found = Reader(page(build(), language=language))

    assert ("html", {"lang": language}) in found.tags


@pytest.mark.parametrize("build", RUNS)
def test_no_page_refers_to_anything_outside_itself(build: Callable[[], RunRecord]) -> None:
    for tag, attributes in Reader(page(build())).tags:
        links = [attributes.get(name) for name in ("src", "href", "action", "srcset", "xlink:href", "data")]
        assert not [link for link in links if link and not link.startswith(("data:", "#"))], tag


@pytest.mark.parametrize("build", RUNS)
def test_no_element_has_a_handler_or_a_style_of_its_own(build: Callable[[], RunRecord]) -> None:
    for _, attributes in Reader(page(build())).tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_a_hostile_record_adds_no_element() -> None:
    kinds = [tag for tag, _ in Reader(page(hostile())).tags]

    assert kinds.count("script") == 2
    assert kinds.count("style") == 1
    assert "alert('x')" not in "".join(re.findall(r"<script[^>]*>(.*?)</script>", page(hostile()), re.DOTALL))


def test_hostile_text_holds_no_control_character() -> None:
    written = to_html([hostile()]) + to_markdown([hostile()])

    assert not set(written) & {"\x1b", "\u202e", "\udcff"}
    assert written.encode()


def test_the_policy_allows_only_this_pages_own_script_and_style() -> None:
    policy = next(attributes["content"] for _, attributes in Reader(page(training())).tags if "http-equiv" in attributes)

    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert policy.count("sha256-") == 2


def test_what_is_missing_is_said_and_is_no_zero() -> None:
    written = " ".join(Reader(page(without_sensor())).text)

    assert "not measured" in written
    assert "permission denied" in written
    assert not re.search(r"(?<![\d.])0\s(J|g|kJ)\b", written)


def test_a_lower_bound_is_shown_as_one() -> None:
    written = " ".join(Reader(page(partly_missing())).text)

    assert "≥ 27.1" in written.replace("\u00a0", " ")
    assert "The true energy is higher" in written
    assert "device lost after 41 s" in written
    assert "1 of 2 hosts measured" in written
    assert "on average, over CPU." in written


@pytest.mark.parametrize(
    ("status", "words"),
    [("running", "still going"), ("failed", "failed after"), ("interrupted", "was interrupted"), ("finished", "This run used")],
)
def test_the_headline_says_how_the_run_stands(status: str, words: str) -> None:
    record = replace(training(), status=status, ended_at=None if status == "running" else training().ended_at)

    assert words in re.findall(r"<h1>(.*?)</h1>", page(record))[0]


def test_a_run_of_no_length_has_no_curve_and_no_mean_power() -> None:
    record = replace(training(), duration_s=0.0, phases=())
    written = to_html([record], {record.id: Samples(channels=(), times_s=array("d"), columns=())})

    assert "there is no curve" in written
    assert "on average" not in written


def test_a_job_of_several_hosts_lists_them() -> None:
    record = training()
    second = tuple(replace(part, host="h-90aa") for part in record.components)
    host = record.hosts[0]
    job = replace(
        record,
        job="slurm:42",
        hosts=(host, Host(host="h-90aa", boot="b-2", ranks=(1, 2), energy_j=Quantity.absent("h-90aa"), cpu_s=None)),
        components=(*record.components, *second),
        energy_j=total(part.energy_j for part in (*record.components, *second) if part.part_of is None),
    )

    assert re.search(r"<th scope=\"row\"><bdi>h-90aa</bdi></th><td class=\"n\">1, 2</td>", page(job))


@pytest.mark.slow
def test_a_page_of_a_million_samples_is_small() -> None:
    count = 1_000_000
    column = array("d", (300.0 * at + 50.0 * math.sin(at / 900.0) for at in range(count)))
    record = replace(training(), duration_s=float(count - 1), gaps=())
    many = Samples(channels=training_samples().channels[:3], times_s=array("d", range(count)), columns=(column, column, column))

    assert len(to_html([record], {record.id: many}).encode()) <= 100_000


def test_a_thousand_phases_and_distributions_stay_small() -> None:
    record = training()
    assert record.environment is not None
    phases = tuple(
        Phase(name=f"step {at}", parent=None, rank=0, start_s=at * 0.3, duration_s=0.3, energy_j=Quantity.exact(90.0))
        for at in range(1000)
    )
    environment = replace(record.environment, distributions=record.environment.distributions * 100)

    assert len(page(replace(record, phases=phases, environment=environment)).encode()) <= 100_000


def test_the_ledgers_head_is_printed_with_the_line_that_checks_it() -> None:
    assert f"vatio ledger verify --head <bdi>{HEAD}</bdi>" in page(training())
    assert "<bdi>aa00</bdi>" in to_html([training()], head="aa00")
    assert "in no ledger" in page(without_sensor())


def test_every_number_of_the_account_names_its_source() -> None:
    written = " ".join(Reader(page(training())).text)

    assert "Ember, Yearly Electricity Data (CC BY 4.0)" in written
    assert "2024" in written
    assert "Boavizta, GPU class default" in written
    assert "class default: server with one GPU, 5 years" in written


def test_a_component_that_is_part_of_another_is_shown_and_not_added() -> None:
    assert "shown, not added: part of package-0" in page(training())


def test_the_platform_counts_only_where_it_is_alone() -> None:
    platform = Component(
        component="platform", device="psys", host="h", meter="rapl", energy_j=Quantity.exact(9e9), idle_j=Quantity.exact(1.0)
    )
    beside = replace(training(), components=(*training().components, platform))
    alone = replace(
        training(), components=(platform, *(replace(part, part_of="psys", workload_j=None) for part in training().components))
    )

    assert "psys" not in re.findall(r'<ul class="bars">.*?</ul>', page(beside))[0]
    assert "psys" in re.findall(r'<ul class="bars">.*?</ul>', page(alone))[0]


def test_several_runs_are_compared_with_the_first() -> None:
    runs = [training(), second_training()]
    written = to_html(runs, {runs[0].id: training_samples(), runs[1].id: second_samples()})
    said = " ".join(Reader(written).text).replace("\u00a0", " ")

    assert "used 14 % less energy than fine-tune" in said
    assert "\u221214 %" in said
    assert "not yet an effect" in said
    assert "power = 200 W" in said
    assert "c19aa72e51f0" in said


def test_runs_of_one_name_are_told_apart_by_their_ids() -> None:
    twins = [replace(training(), id=f"019a-{at}{at}{at}{at}{at}{at}") for at in (1, 2)]

    assert "fine-tune (111111)" in to_html(twins)
    assert "## fine-tune (222222)" in to_markdown(twins)


def test_runs_without_energy_are_compared_by_what_is_left() -> None:
    assert "was not measured" in to_html([without_sensor(), without_sensor()])


def test_more_than_two_runs_are_ranged_from_least_to_most() -> None:
    third = replace(second_training(), id="3", name="third", energy_j=scaled_down())

    assert "3 runs used from" in to_html([training(), second_training(), third])


def test_a_comparison_of_ten_runs_stays_readable_in_size() -> None:
    runs = [replace(training(), id=f"run-{at}", name=f"run {at}") for at in range(10)]

    assert len(to_html(runs, {run.id: training_samples() for run in runs}).encode()) <= 200_000


def scaled_down() -> Quantity:
    return Quantity.around(10.0, 9.0, 11.0, provenance="measured")


def test_the_curves_numbers_are_valid_json_without_an_end_tag() -> None:
    inside = re.findall(r'<script type="application/json">(.*?)</script>', page(hostile()), re.DOTALL)[0]

    assert len(json.loads(inside)["mean"]) == len(json.loads(inside)["edges"]) - 1


def test_no_run_and_no_language_are_refused() -> None:
    with pytest.raises(UsageError, match="no run"):
        to_html([])
    with pytest.raises(UsageError, match="no run"):
        to_markdown([])
    with pytest.raises(UnknownName, match="fr"):
        to_html([training()], language="fr")


def test_nested_and_overlapping_phases_lie_in_lanes_of_their_own() -> None:
    def phase(name: str, start_s: float, end_s: float, parent: str | None = None) -> Phase:
        return Phase(
            name=name, parent=parent, rank=0, start_s=start_s, duration_s=end_s - start_s, energy_j=Quantity.exact(1.0)
        )

    found = lanes([phase("a", 0, 10), phase("in a", 1, 2, "a"), phase("beside", 5, 12), phase("after", 12, 13)])

    assert {item.name: lane for item, lane in found} == {"a": 0, "in a": 1, "beside": 1, "after": 0}


@pytest.mark.parametrize("build", RUNS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_markdown_escapes_what_others_wrote(build: Callable[[], RunRecord], language: str) -> None:
    written = to_markdown([build()], footprints={build().id: footprint(build())}, language=language)

    assert "<script" not in written.replace("\\<", "")
    for row in re.findall(r"^\|.*\|$", written, re.MULTILINE):
        assert row.endswith("|")


def test_markdown_compares_runs() -> None:
    assert "\u221214" in to_markdown([training(), second_training()])
