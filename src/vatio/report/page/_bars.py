"""Draw amounts as bars: one for each device with its idle part and interval, and whole ones cut into their parts."""

from __future__ import annotations

from collections.abc import Sequence

from vatio.records import Component, Quantity, RunRecord, difference
from vatio.report._format import scale_for
from vatio.report._parts import added, kind_of, why
from vatio.report._sentences import label
from vatio.report._words import Words
from vatio.report.page._html import NOTHING, Html, join, tag, text, user

_BAR_PX = 22.0


def badge(quantity: Quantity, words: Words) -> Html:
    """Mark where a number comes from, by word and by shape."""
    return tag("span", text(words.name(quantity.provenance)), class_=f"badge {quantity.provenance}")


def component_bars(record: RunRecord, words: Words) -> Html:
    """Draw one bar for each counted device, on one scale."""
    parts = added(record.components)
    most_j = max((part.energy_j.high or part.energy_j.value or 0.0 for part in parts), default=0.0) or 1.0
    many_hosts = len({part.host for part in parts}) > 1
    return tag("ul", *(_component(part, most_j, many_hosts, words) for part in parts), class_="bars")


def run_bars(records: Sequence[RunRecord], words: Words) -> Html:
    """Draw one bar for each run, on one scale."""
    return amount_bars([(user(label(record, records)), record.energy_j) for record in records], words)


def amount_bars(amounts: Sequence[tuple[Html, Quantity]], words: Words, *, unit: str = "j") -> Html:
    """Draw one bar for each named amount of energy, or of another unit, on one scale."""
    most = max((amount.high or amount.value or 0.0 for _, amount in amounts), default=0.0) or 1.0
    rows = (
        _row(name, words, class_=f"r{at % 6}", amount=amount, idle_j=amount, most=most, unit=unit)
        for at, (name, amount) in enumerate(amounts)
    )
    return tag("ul", *rows, class_="bars")


def stacked(name: Html, parts: Sequence[tuple[str, str, Quantity]], unit: str, words: Words) -> Html:
    """Draw a whole cut into parts (class, word, quantity) with a legend that has the numbers."""
    known = [(class_, word, part) for class_, word, part in parts if part.value is not None]
    whole = sum(max(0.0, part.value or 0.0) for _, _, part in known) or 1.0
    start, boxes = 0.0, []
    for class_, _, part in known:
        width = 100.0 * max(0.0, part.value or 0.0) / whole
        boxes.append(tag("rect", class_=class_, x=f"{start:.2f}%", y="0", width=f"{width:.2f}%", height=_BAR_PX))
        start += width
    bar = tag("svg", join(boxes), class_="stacked", aria_hidden="true", width="100%", height=_BAR_PX)
    legend = tag("ul", *(_legend(class_, word, part, unit, words) for class_, word, part in parts), class_="legend")
    return tag("div", tag("p", name, class_="name") if name else NOTHING, bar if known else NOTHING, legend, class_="whole")


def owners(record: RunRecord, words: Words) -> Html:
    """Divide the run's energy by use and by owner."""
    if record.energy_j.is_missing:
        return NOTHING
    idle_j = difference_of(record.energy_j, record.above_idle_j)
    rest_j = difference_of(record.energy_j, record.workload_energy_j)
    use = [("s-above", words.say("above_idle"), record.above_idle_j), ("s-idle", words.say("idle"), idle_j)]
    owner = [("s-own", words.say("workload"), record.workload_energy_j), ("s-rest", words.say("rest"), rest_j)]
    return join([stacked(text(words.say("by_use")), use, "j", words), stacked(text(words.say("by_owner")), owner, "j", words)])


def difference_of(whole: Quantity, part: Quantity) -> Quantity:
    """Take a part from its whole: end by end, for both have the same error; what is left is never below nothing."""
    if whole.value is None or part.value is None or whole.high is None or part.high is None:
        return difference(whole, part)
    ends = (whole.value - part.value, (whole.low or 0.0) - (part.low or 0.0), whole.high - part.high)
    low, value, high = sorted(max(0.0, end) for end in ends)
    return Quantity.around(value, low, high, provenance=difference(whole, part).provenance)


def _component(part: Component, most_j: float, many_hosts: bool, words: Words) -> Html:
    detail = [part.device, part.meter, part.host if many_hosts else ""]
    details = join((user(item) for item in detail if item), text(" · "))
    name = join([tag("b", text(words.name(part.component))), text(" "), tag("small", details)])
    return _row(name, words, class_=kind_of(part.component), amount=part.energy_j, idle_j=part.idle_j, most=most_j)


def _row(name: Html, words: Words, *, class_: str, amount: Quantity, idle_j: Quantity, most: float, unit: str = "j") -> Html:
    return tag(
        "li",
        tag("span", name, class_="name"),
        _bar(class_, amount, idle_j, most),
        tag("span", text(words.quantity(amount, unit)), text(" "), _mark(amount, words), class_="val"),
        tag("small", user(why(amount)), class_="why") if amount.is_missing and why(amount) else NOTHING,
    )


def _mark(energy_j: Quantity, words: Words) -> Html:
    return NOTHING if energy_j.is_missing else badge(energy_j, words)


def _bar(class_: str, energy_j: Quantity, idle_j: Quantity, most_j: float) -> Html:
    """Draw the bar: pale up to the idle energy, full from there, and a whisker from low to high."""
    if energy_j.value is None:
        return tag(
            "svg", tag("rect", class_="unknown", width="100%", height=_BAR_PX), aria_hidden="true", width="100%", height=_BAR_PX
        )
    value, idle = _percent(energy_j.value, most_j), _percent(min(idle_j.value or 0.0, energy_j.value), most_j)
    shapes = [tag("rect", class_=class_, width=f"{value:.2f}%", height=_BAR_PX)]
    if idle_j is not energy_j and idle:
        shapes.append(tag("rect", class_="pale", width=f"{idle:.2f}%", height=_BAR_PX))
    shapes += _whisker(energy_j, most_j)
    return tag("svg", *shapes, aria_hidden="true", width="100%", height=_BAR_PX)


def _whisker(energy_j: Quantity, most_j: float) -> list[Html]:
    if energy_j.low is None or energy_j.high is None or energy_j.low == energy_j.high:
        return []
    low, high = f"{_percent(energy_j.low, most_j):.2f}%", f"{_percent(energy_j.high, most_j):.2f}%"
    across = tag("line", class_="whisker", x1=low, x2=high, y1=_BAR_PX / 2, y2=_BAR_PX / 2)
    return [across, *(tag("line", class_="whisker", x1=end, x2=end, y1="6", y2=_BAR_PX - 6.0) for end in (low, high))]


def _percent(part: float, whole: float) -> float:
    # One percent is kept free, so that the end of the longest whisker is not cut off.
    return 99.0 * max(0.0, part) / whole


def _legend(class_: str, word: str, part: Quantity, unit: str, words: Words) -> Html:
    scale = scale_for(unit, part.value or 0.0)
    amount = tag("b", text(words.quantity(part, unit, scale=scale)))
    reason = tag("small", user(why(part))) if part.is_missing and why(part) else NOTHING
    mark = NOTHING if part.is_missing else badge(part, words)
    return tag("li", tag("i", class_=f"key {class_}", aria_hidden="true"), text(f"{word} "), amount, text(" "), mark, reason)
