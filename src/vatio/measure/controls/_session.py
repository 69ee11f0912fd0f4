"""Set power limits for as long as a session lasts, and put back what was found, whatever this process dies of.

Before anything is set, what was found is written to a journal in a folder that the session owns by a record lock, which the
kernel drops when the process is gone. Whoever comes next and finds a journal without an owner puts its values back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple

from vatio.errors import MeterAbsent, Refused, VatioError
from vatio.files import regular, write_whole
from vatio.ledger import OwnerLock, is_owned, new_id
from vatio.measure.controls._knob import Knob

JOURNAL = "found.json"
_MOST_BYTES = 1 << 16
# A limit that was written is read back rounded: NVML to a watt, powercap to an eighth of one.
_SAME_W = 1.0


class Restored(NamedTuple):
    """Say what became of one device's limit: put back, or left (``why``)."""

    device: str
    power_limit_w: float
    why: str = ""


class LimitSession:
    """Hold the power limits of some devices: ``set()`` as often as needed, ``close()`` puts back what was found."""

    def __init__(self, knobs: Sequence[Knob], *, folder: str, boot: str) -> None:
        self.knobs = {knob.device: knob for knob in knobs}
        self._found_w: dict[str, float] = {}
        self._set_w: dict[str, list[float]] = {}
        self._boot = boot
        self._folder = os.path.join(folder, new_id())
        self._lock: OwnerLock | None = None

    def set(self, power_limit_w: float, *, devices: Iterable[str] | None = None) -> None:
        """Set the limit of each device, or of some; all of them or none.

        Raises:
            Refused: there is no such device, the limit is out of its range, or this user may not set it.
        """
        chosen = list(self.knobs if devices is None else devices)
        if not chosen:
            raise Refused("no device here has a power limit that can be set", hint="vatio doctor says what this machine offers")
        try:
            for device in chosen:
                self._check(device, power_limit_w)
            if self._lock is None:
                self._enter(chosen)
            self._note(chosen, power_limit_w)
            for device in chosen:
                self.knobs[device].write_w(power_limit_w)
        except (VatioError, OSError) as error:
            self.close()
            hint = getattr(error, "hint", "") or "run without --power-limit"
            raise Refused(f"the power limit cannot be set: {error}", hint=hint) from error

    def close(self) -> tuple[Restored, ...]:
        """Put back what was found, and forget the journal when all of it is back; a second call does nothing."""
        done = tuple(_restore(self.knobs[device], found_w, None) for device, found_w in self._found_w.items())
        self._found_w = {result.device: result.power_limit_w for result in done if result.why}
        if self._lock is not None and not self._found_w:
            _remove(self._folder)
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        return done

    def __enter__(self) -> LimitSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _check(self, device: str, power_limit_w: float) -> None:
        if device not in self.knobs:
            raise MeterAbsent(f"{device} has no power limit that can be set", hint=f"devices: {', '.join(self.knobs)}")
        lowest_w, highest_w, _ = self.knobs[device].allowed()
        if not lowest_w - _SAME_W <= power_limit_w <= highest_w + _SAME_W:
            raise MeterAbsent(f"{device} allows {lowest_w:g} to {highest_w:g} W, not {power_limit_w:g} W")

    def _enter(self, devices: Sequence[str]) -> None:
        """Own a journal, unless another session limits one of the devices: whoever ends first would undo the other's."""
        above = os.path.dirname(self._folder)
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        with OwnerLock(os.path.dirname(above)) as mutex:
            if not mutex.acquire():
                raise MeterAbsent("another process sets a power limit at this moment", hint="try again")
            taken = sorted(set(devices) & set(_devices_in_use(above)))
            if not taken:
                self._lock = OwnerLock(self._folder)
                self._lock.acquire()
                return
        _remove(self._folder)
        raise MeterAbsent(f"another run limits {', '.join(taken)} already", hint="wait for its end")

    def _note(self, devices: Sequence[str], power_limit_w: float) -> None:
        """Write down what was found and what comes in its place, before it does."""
        for device in devices:
            if device not in self._found_w:
                self._found_w[device] = self.knobs[device].read_w()
            # All of them: a process may die after this line is written and before the limit is.
            self._set_w[device] = [*{*self._set_w.get(device, ()), power_limit_w}]
        said = {"boot": self._boot, "found_w": self._found_w, "set_w": self._set_w}
        write_whole(os.path.join(self._folder, JOURNAL), json.dumps(said).encode())


def left_over(folder: str) -> tuple[str, ...]:
    """List the journals of sessions whose process is gone."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(place for name in names if os.path.isdir(place := os.path.join(folder, name)) and not is_owned(place))


def restore_left_over(folder: str, knobs: Iterable[Knob], *, boot: str) -> tuple[Restored, ...]:
    """Put back what sessions that died have left; a limit that somebody else has changed since stays theirs."""
    done: list[Restored] = []
    by_device = {knob.device: knob for knob in knobs}
    for place in left_over(folder):
        with OwnerLock(place) as lock:
            if not lock.acquire():
                continue  # another process restores it at this moment
            results = _restore_journal(place, by_device, boot)
            done += results
            if not any(result.why.startswith("cannot") for result in results):
                _remove(place)
    return tuple(done)


def _devices_in_use(folder: str) -> Iterable[str]:
    for name in os.listdir(folder):
        if is_owned(place := os.path.join(folder, name)):
            yield from _read(place).get("found_w", ())


def _read(place: str) -> dict[str, Any]:
    try:
        with open(os.path.join(place, JOURNAL), "rb", opener=regular) as file:
            said = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}  # it died before anything was set
    return said if isinstance(said, dict) else {}


def _restore_journal(place: str, knobs: Mapping[str, Knob], boot: str) -> list[Restored]:
    said = _read(place)
    try:
        found_w = {str(device): float(value) for device, value in said["found_w"].items()}
        set_w = {str(device): [float(value) for value in values] for device, values in said["set_w"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    if said.get("boot") != boot:
        return []  # a limit does not outlive the boot that it was set in
    results = []
    for device, value_w in found_w.items():
        knob = knobs.get(device)
        if knob is None:
            results.append(Restored(device, value_w, "cannot be reached"))
        else:
            results.append(_restore(knob, value_w, set_w.get(device, ())))
    return results


def _restore(knob: Knob, found_w: float, set_w: Iterable[float] | None) -> Restored:
    try:
        now_w = knob.read_w()
        if abs(now_w - found_w) > 0.0:
            if set_w is not None and all(abs(now_w - ours_w) > _SAME_W for ours_w in set_w):
                return Restored(knob.device, found_w, f"left at {now_w:g} W: somebody else has set it since")
            knob.write_w(found_w)
    except VatioError as error:
        return Restored(knob.device, found_w, f"cannot be put back: {error}")
    return Restored(knob.device, found_w)


def _remove(folder: str) -> None:
    for name in (JOURNAL, "owner.lock"):
        try:
            os.unlink(os.path.join(folder, name))
        except OSError:
            continue
    for place in (folder, os.path.dirname(folder)):  # an empty folder of journals would make every run look into it
        try:
            os.rmdir(place)
        except OSError:
            return
