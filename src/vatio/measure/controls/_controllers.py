"""Cap the power of a run: at one limit, or at one that is searched while the work goes on."""

from __future__ import annotations

from collections.abc import Callable

from vatio.errors import Refused
from vatio.measure.controls._search import LimitSearch, Window
from vatio.measure.controls._session import LimitSession, Restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.measure.wrap import Moment
    from vatio.records import Started

# What a limit does to power and clocks is there within a second or two; what was drawn before belongs to the one before.
_SETTLE_S = 2.0
# Counters are refreshed ten times a second, so this tells a power within 2 %; a slow workload gets as long as ten units take.
WINDOW_S = 5.0
_UNITS_LEAST = 10.0
_STEPS = 10


class PowerCap:
    """Hold one limit for as long as the run lasts. Make it before the child starts: a refusal is then still polite."""

    def __init__(self, session: LimitSession, power_limit_w: float, *, told: Callable[[str], None]) -> None:
        """Set the limit.

        Raises:
            Refused: the limit cannot be set.
        """
        self._session, self._told = session, told
        session.set(power_limit_w)

    def begin(self, started: Started, pid: int) -> None:
        """Take notice of the child."""

    def sample(self, moment: Moment) -> None:
        """Let the limit be."""

    def end(self) -> None:
        """Put back what was found."""
        for line in restored_texts(self._session.close()):
            self._told(line)


class AutoCap:
    """Search the limit that costs least per unit of the work that the workload tells of (``vatio.work``).

    Each limit is held for ``window_s`` after it has settled. A workload that tells of no work runs as it would without.
    """

    def __init__(
        self,
        session: LimitSession,
        *,
        told: Callable[[str], None],
        slowdown_ratio: float | None = 0.05,
        window_s: float = WINDOW_S,
    ) -> None:
        """Set the highest limit, which changes nothing but shows whether limits may be set.

        Raises:
            Refused: limits cannot be set.
        """
        self._session, self._told, self._window_s = session, told, window_s
        self._search = LimitSearch(common_limits_w(session), slowdown_ratio=slowdown_ratio)
        self._begun: Moment | None = None
        self._settled_s: float | None = None
        self._is_over = False
        session.set(self._search.proposal)

    def begin(self, started: Started, pid: int) -> None:
        """Take notice of the child."""

    def sample(self, moment: Moment) -> None:
        """Close the window when enough was seen, and go on to the next limit."""
        if self._is_over or moment.energy_j is None:
            return
        if self._settled_s is None:
            self._settled_s = moment.t_s + _SETTLE_S
        if self._begun is None:
            self._begun = moment if moment.t_s >= self._settled_s else None
            return
        window = self._window(self._begun, moment)
        if window is not None:
            self._search.observe(window)
            self._begun = self._settled_s = None
            self._session.set(self._search.proposal)
            self._is_over = self._search.is_settled

    def end(self) -> None:
        """Say what was found, and put back what was there before."""
        state = "settled on" if self._search.is_settled else "came as far as"
        why = "" if self._search.has_learnt else "; tell of work with vatio.work() for it to learn from"
        self._told(f"power limit: the search {state} {self._search.best:g} W{why}")
        for line in restored_texts(self._session.close()):
            self._told(line)

    def _window(self, begun: Moment, now: Moment) -> Window | None:
        duration_s = now.t_s - begun.t_s
        done = max((count - begun.work.get(unit, 0.0) for unit, count in now.work.items()), default=0.0)
        if duration_s < self._window_s or done < _UNITS_LEAST or now.energy_j is None or begun.energy_j is None:
            return None
        return Window(power_w=(now.energy_j - begun.energy_j) / duration_s, rate_per_s=done / duration_s)


def common_limits_w(session: LimitSession) -> tuple[float, ...]:
    """Give ten limits that all devices of a session allow, the highest first.

    Raises:
        Refused: there is no device, or none that all allow.
    """
    ranges = [knob.allowed() for knob in session.knobs.values()]
    lowest_w = max((allowed.lowest_w for allowed in ranges), default=0.0)
    highest_w = min((allowed.highest_w for allowed in ranges), default=0.0)
    if not highest_w > lowest_w:
        raise Refused("no power limit can be searched here", hint="vatio doctor says what this machine offers")
    return tuple(highest_w - (highest_w - lowest_w) * step / (_STEPS - 1) for step in range(_STEPS))


def restored_texts(done: tuple[Restored, ...]) -> tuple[str, ...]:
    """Say which limits could not be put back; one that is back needs no word."""
    return tuple(f"power limit of {result.device} ({result.power_limit_w:g} W): {result.why}" for result in done if result.why)
