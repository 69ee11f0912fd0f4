"""One ``pytest --vatio``: measure what the marked tests cost, fail those that regressed, and say what came out of all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import pytest

from vatio.errors import UnknownName, VatioError
from vatio.records import Verdict
from vatio.report import clean
from vatio.report.verdict import headline
from vatio.testing._pytest_asked import Asked, asked_of, with_fixtures
from vatio.testing._pytest_compare import compare_calls

MARK = "energy"
_PROPERTY = "vatio"
_SIDE_BY_SIDE = "not judged: pytest-xdist runs other tests beside it; add `-n 0`"
_NO_BASELINE = "no baseline: save one with `pytest --vatio --vatio-save {node}`"
_NO_ALTERNATIVE = "not judged: energy(call, against=...) names no alternative"
_NOT_REACHED = "not judged: it failed or was skipped, or is no plain function"


class Line(NamedTuple):
    """Hold what is said of one test: a word, and a sentence."""

    node: str
    word: str
    text: str


class Session:
    """Measure marked tests after they have passed; a pytest plugin of its own, registered by ``--vatio``."""

    def __init__(self, config: pytest.Config) -> None:
        self._strict = bool(config.getoption("--vatio-strict"))
        self._saves = bool(config.getoption("--vatio-save"))
        self._pairs: int | None = config.getoption("--vatio-pairs")
        # A worker of xdist has this; what other workers do meanwhile would be in every joule.
        self._is_beside = hasattr(config, "workerinput")
        self._marked: list[str] = []
        self._said: list[Line] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember which tests are marked, so that none is passed over in silence."""
        self._marked = [item.nodeid for item in session.items if item.get_closest_marker(MARK)]

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Run a test, and measure it when it is marked and has passed."""
        result = yield
        mark = pyfuncitem.get_closest_marker(MARK)
        if mark is not None:
            self._judged(pyfuncitem, lambda: self._test(pyfuncitem, asked_of(mark.kwargs, pairs=self._pairs), mark.args))
        return result

    def probe(self, item: pytest.Function) -> Callable[..., Verdict | None]:
        """Give what the fixture ``energy`` is within a test."""

        def compare(call: Callable[[], object], **given: Any) -> Verdict | None:
            if self._is_beside or given.get("against") is None:
                call()
                return self._say(item, "open", _SIDE_BY_SIDE if self._is_beside else _NO_ALTERNATIVE)
            return self._judged(item, lambda: self._compared(item, call, asked_of(given, pairs=self._pairs)))

        return compare

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what was said of a test, also by a worker of xdist."""
        if report.when == "call":
            said = [text for name, text in report.user_properties if name == _PROPERTY]
            self._said += [Line(report.nodeid, *str(text).split(": ", 1)) for text in said]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Write one line for each marked test."""
        said = {line.node for line in self._said}
        lines = [*self._said, *(Line(node, "open", _NOT_REACHED) for node in self._marked if node not in said)]
        if not lines:
            return
        terminalreporter.section("vatio")
        for line in lines:
            terminalreporter.write_line(f"{line.word:<12} {line.node}: {line.text}")

    def _test(self, item: pytest.Function, asked: Asked, extra: tuple[object, ...]) -> Verdict | None:
        if extra:
            raise VatioError("the mark `energy` takes its values by name", hint="energy(max_regression=0.05)")
        if inspect.iscoroutinefunction(item.obj):
            return self._say(item, "open", "not judged: a coroutine; mark a test that runs it")
        if self._is_beside:
            return self._say(item, "open", _SIDE_BY_SIDE)
        if asked.against is not None:
            return self._compared(item, with_fixtures(item.obj, item.funcargs), asked)
        return self._kept(item, asked, str(item.config.rootpath))

    def _kept(self, item: pytest.Function, asked: Asked, folder: str) -> Verdict | None:
        from vatio.testing._pytest_kept import against_kept, save_kept  # here: alternatives need no gate

        if self._saves:
            return self._say(item, "saved", save_kept(item.nodeid, asked, folder=folder))
        try:
            return self._told(item, *against_kept(item.nodeid, asked, folder=folder))
        except UnknownName:
            return self._say(item, "open", _NO_BASELINE.format(node=item.nodeid))

    def _compared(self, item: pytest.Function, call: Callable[[], object], asked: Asked) -> Verdict:
        other = with_fixtures(asked.against or call, item.funcargs)
        folder = str(item.config.rootpath)
        return self._told(item, compare_calls(call, asked, name=item.nodeid, against=other, folder=folder))

    def _judged(self, item: pytest.Function, judge: Callable[[], Verdict | None]) -> Verdict | None:
        """Judge; what vatio itself cannot do is a line of the summary, and a failure only where that is asked."""
        try:
            return judge()
        except VatioError as error:
            hint = f" ({error.hint})" if error.hint else ""
            return self._say(item, "open", f"not judged: {error}{hint}")

    def _told(self, item: pytest.Function, verdict: Verdict, reason: str = "") -> Verdict:
        said = f"{headline(verdict)} {reason[:1].upper()}{reason[1:]}".strip()
        text = clean(said.replace("\u00a0", " "))
        item.user_properties += [("vatio_change_ratio", verdict.change_ratio.value), ("vatio_run", verdict.run)]
        self._note(item, verdict.outcome, text)
        if verdict.outcome == "fail" or (self._strict and verdict.outcome != "pass"):
            pytest.fail(text, pytrace=False)
        return verdict

    def _say(self, item: pytest.Function, word: str, text: str) -> Verdict | None:
        """Say why there is no verdict."""
        self._note(item, word, text)
        if self._strict and word == "open":
            pytest.fail(text, pytrace=False)
        return None

    @staticmethod
    def _note(item: pytest.Function, word: str, text: str) -> None:
        # Properties travel with the report: from xdist's workers, and into a JUnit file.
        item.user_properties.append((_PROPERTY, f"{word}: {text}"))


class Repeating:
    """Call each marked test several times: in the process that a comparison with a kept baseline measures."""

    def __init__(self, calls: int) -> None:
        self._calls = calls

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Run a test, then repeat it."""
        result = yield
        if pyfuncitem.get_closest_marker(MARK) is not None:
            call = with_fixtures(pyfuncitem.obj, pyfuncitem.funcargs)
            for _ in range(self._calls - 1):
                call()
        return result
