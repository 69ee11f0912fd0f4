"""Carry out what is asked about a table: advice on its data, or the data-centric study."""

from __future__ import annotations

import os

from vatio.cli._rim import Rim
from vatio.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.data import Advised
    from vatio.optimise.study import DataStudy, Repeated


def advised(
    rim: Rim, path: str, *, target: str | None, metric: str, algorithm: str, max_loss: str, repetitions: int, seed: int
) -> Advised:
    """Advise on a table.

    Raises:
        UsageError: the table, its target, the metric or an option cannot mean anything.
    """
    from vatio.optimise.data import Wish, advise, read_table

    wish = Wish(algorithm=algorithm, metric=metric, max_loss=points(max_loss), repetitions=repetitions, seed=seed)
    table = read_table(path, target=target or "")
    return advise(table, wish, config=rim.config({}), environ=rim.environ, told=rim.note)


def studied(
    rim: Rim, path: str, *, target: str | None, metric: str, levels: str | None, repetitions: int, seed: int, only: str | None
) -> DataStudy:
    """Carry the data-centric study out on a table, or, where no target is named, on labelled messages.

    Raises:
        UsageError: the file or an option cannot mean anything.
    """
    from vatio.optimise.data import ALGORITHMS, read_table
    from vatio.optimise.study import StudyDesign, data_centric, message_table, read_messages

    design = StudyDesign(
        algorithms=_words(only) if only else ALGORITHMS,
        levels=shares(levels) if levels else StudyDesign().levels,
        repetitions=repetitions,
        seed=seed,
        metric=metric,
    )
    if target or path.lower().endswith((".npz", ".csv")):
        return data_centric(read_table(path, target=target or ""), config=rim.config({}), design=design, told=rim.note)
    labels, messages = read_messages(path)
    unread = len(read_messages(path, is_quoted=False)[0]) - len(labels)
    table = message_table(labels, messages, source=os.path.basename(path))
    return data_centric(table, config=rim.config({}), design=design, told=rim.note, unread_rows=max(0, unread))


def strategies_studied(
    rim: Rim, path: str, *, target: str | None, metric: str, near: str, seeds: int, rows: int, seed: int
) -> Repeated:
    """Compare search strategies on a table.

    Raises:
        UsageError: the file or an option cannot mean anything.
    """
    from vatio.optimise.data import read_table
    from vatio.optimise.study import StrategyDesign, search_strategies

    design = StrategyDesign(metric=metric, margin=points(near), seeds=seeds, most_rows=rows, seed=seed)
    return search_strategies(read_table(path, target=target or ""), config=rim.config({}), design=design, told=rim.note)


def layers_studied(rim: Rim, *, steps: int, batch: int, repetitions: int, seed: int) -> Repeated:
    """Measure layers by their number.

    Raises:
        UsageError: an option cannot mean anything.
        MissingExtra: no library that runs networks is installed.
    """
    from vatio.optimise.study import LayerDesign, study_layers

    design = LayerDesign(steps=steps, batch=batch, repetitions=repetitions, seed=seed)
    return study_layers(config=rim.config({}), design=design, told=rim.note)


def points(text: str) -> float:
    """Read a loss: ``1pt`` is a point, 0.01; ``0.01`` is the same.

    >>> points("1pt"), points("0.02")
    (0.01, 0.02)

    Raises:
        UsageError: it is no number.
    """
    try:
        return float(text.removesuffix("pt")) / (100.0 if text.endswith("pt") else 1.0)
    except ValueError:
        raise UsageError(f"a loss of {text!r}", hint="1pt, 0.5pt, 0.01") from None


def shares(text: str) -> tuple[float, ...]:
    """Read levels in percent.

    >>> shares("10,50,100")
    (0.1, 0.5, 1.0)

    Raises:
        UsageError: one is no number.
    """
    try:
        return tuple(sorted({float(word) / 100.0 for word in _words(text)}))
    except ValueError:
        raise UsageError(f"levels {text!r}", hint="percent, the whole among them: 10,50,100") from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
