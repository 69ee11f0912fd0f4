"""Write a verdict as JUnit's XML, which every CI shows: one case for the cost and one for each metric."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from vatio.records import QualityRow, Verdict
from vatio.report._format import clean
from vatio.report._words import Words
from vatio.report.verdict._say import by_interval, cost, quality, reasons, sentence
from vatio.report.verdict._words import words as words_of

# No control letters, but these are none of XML 1.0's letters either (section 2.2).
_NO_LETTERS = str.maketrans("", "", "\ufffe\uffff")


def to_junit(verdict: Verdict, *, suite: str = "vatio gate", language: str = "en") -> str:
    """Write a test suite: a failed verdict is a failure, one that could not be decided an error, as its exit code is.

    Raises:
        UnknownName: the report is not written in that language.
    """
    said = words_of(language)
    whole = ElementTree.Element("testsuites")
    group = ElementTree.SubElement(whole, "testsuite", name=letters(suite))
    properties = ElementTree.SubElement(group, "properties")
    for name, value in facts(verdict):
        ElementTree.SubElement(properties, "property", name=name, value=letters(value))
    outcomes = [_cost_case(group, verdict, said), *(_quality_case(group, row, said) for row in verdict.quality)]
    counts = {"tests": len(outcomes), "failures": outcomes.count("fail"), "errors": outcomes.count("inconclusive")}
    for element in (whole, group):
        element.attrib.update({name: str(count) for name, count in counts.items()})
    ElementTree.indent(whole)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(whole, encoding="unicode")}\n'


def letters(words: str) -> str:
    """Take out of a text what XML 1.0 cannot hold.

    >>> letters("a\\x00b\\ufffe")
    'a\ufffdb'
    """
    return clean(words).translate(_NO_LETTERS)


def facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Name the figures of a verdict as the record does; what is not known is left out."""
    found = verdict.change_ratio
    named = {
        "outcome": verdict.outcome,
        "baseline": verdict.baseline,
        "candidate": verdict.candidate,
        "unit": verdict.unit,
        "per": verdict.per,
        "change_ratio": found.value if verdict.pairs else None,
        "change_ratio_low": found.low,
        "change_ratio_high": found.high,
        "allowed_ratio": verdict.allowed_ratio,
        "resolution_ratio": verdict.resolution_ratio,
        "mde_ratio": verdict.mde_ratio,
        "pairs": verdict.pairs,
        "more_pairs": verdict.more_pairs,
        "test": verdict.test or None,
        "p": verdict.p,
        "energy_j": verdict.energy_j.value,
        "run": verdict.run,
    }
    return ((name, str(value)) for name, value in named.items() if value is not None)


def _cost_case(group: ElementTree.Element, verdict: Verdict, words: Words) -> str:
    """Write the case of the cost; a verdict that fails by its quality alone leaves it as the interval says."""
    lost = any(row.outcome == "fail" for row in verdict.quality)
    outcome = by_interval(verdict) if verdict.outcome == "fail" and lost else verdict.outcome
    body = "\n".join([sentence(verdict, words), *reasons(verdict, words), *verdict.notes])
    _case(group, cost(verdict, words), outcome, sentence(verdict, words), body)
    return outcome


def _quality_case(group: ElementTree.Element, row: QualityRow, words: Words) -> str:
    _case(group, row.metric, row.outcome, quality(row, words), "")
    return row.outcome


def _case(group: ElementTree.Element, name: str, outcome: str, message: str, body: str) -> None:
    case = ElementTree.SubElement(group, "testcase", classname="vatio.gate", name=letters(name))
    kinds = {"fail": "failure", "inconclusive": "error"}
    said = "\n".join(letters(line) for line in body.split("\n"))
    if outcome in kinds:
        ElementTree.SubElement(case, kinds[outcome], type=outcome, message=letters(message)).text = said
    elif said:
        ElementTree.SubElement(case, "system-out").text = said
