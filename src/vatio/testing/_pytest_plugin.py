"""Compare what marked tests cost: ``pytest --vatio``. Without the option a marked test is a test like any other.

pytest loads this file in every run of an environment that has vatio, so it imports nothing beside pytest until it is asked.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from vatio.records import Verdict

SESSION = "vatio-session"
_MARK = (
    "energy(max_regression=0.0, resolution=0.05, pairs=30, against=None, calls=1): with --vatio, measure the test in turn "
    "with `against`, a callable, or with its kept baseline, and fail it when it certainly costs more than is allowed"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options."""
    group = parser.getgroup("vatio", "what marked tests cost (vatio)")
    group.addoption("--vatio", action="store_true", help="measure the tests marked `energy` and judge what they cost")
    group.addoption(
        "--vatio-save", action="store_true", help="with --vatio: keep what each marked test costs now as its baseline"
    )
    group.addoption(
        "--vatio-strict",
        action="store_true",
        help="with --vatio: fail marked tests that could not be judged, for want of a baseline or of pairs",
    )
    group.addoption("--vatio-pairs", type=int, metavar="N", help="with --vatio: the most pairs of one test, whatever its mark")
    # Set by the comparison itself, in the process that it measures.
    group.addoption("--vatio-calls", type=int, default=1, metavar="N", help="call each marked test N times")


def pytest_configure(config: pytest.Config) -> None:
    """Explain the mark, and load what measures only when it is asked for."""
    config.addinivalue_line("markers", _MARK)
    if config.getoption("--vatio-calls") > 1:
        from vatio.testing._pytest_session import Repeating

        config.pluginmanager.register(Repeating(config.getoption("--vatio-calls")), SESSION)
    elif config.getoption("--vatio"):
        from vatio.testing._pytest_session import Session

        config.pluginmanager.register(Session(config), SESSION)


@pytest.fixture
def energy(request: pytest.FixtureRequest) -> Callable[..., Verdict | None]:
    """Compare a call within a test with an alternative: ``energy(new, against=old, max_regression=0.05)``.

    Gives the verdict, and ``None`` without ``--vatio``, where the call is made once.
    """
    session = request.config.pluginmanager.get_plugin(SESSION)
    probe = getattr(session, "probe", None)
    return called_once if probe is None else probe(request.node)


def called_once(call: Callable[[], object], **_asked: object) -> None:
    """Make a call, and compare nothing."""
    call()
