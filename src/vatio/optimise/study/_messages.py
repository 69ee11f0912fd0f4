"""Read labelled messages and make the matrix that the published study made of them: words weighted, and the length."""

from __future__ import annotations

import csv
import string
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal

from vatio.errors import UsageError
from vatio.optimise.data import Table
from vatio.optimise.study._stemmer import stem
from vatio.optimise.study._stop_words import STOP_WORDS
from vatio.plugins import require

LENGTH = "length of the message"
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def read_messages(path: str, *, is_quoted: bool = True) -> tuple[list[str], list[str]]:
    """Read labels and messages from lines of ``label<TAB>message``.

    ``is_quoted`` takes a quotation mark for the begin of a quoted cell, as most readers do unless told otherwise, and so
    swallows line ends: the corpus of the study loses two messages by it.

    Raises:
        UsageError: it cannot be read, or a line has no label.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = [row for row in _cells(file, is_quoted=is_quoted) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"cannot read {path}: {error}", hint="lines of label, tab, message, in UTF-8") from error
    odd = next((at for at, row in enumerate(rows, start=1) if len(row) < 2 or not row[0].strip()), None)
    if odd is not None or not rows:
        raise UsageError(f"{path}: row {odd or 1} is no label, tab and message")
    return [row[0] for row in rows], ["\t".join(row[1:]) for row in rows]


def _cells(lines: Iterable[str], *, is_quoted: bool) -> Iterator[list[str]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE
    return csv.reader(lines, delimiter="\t", quoting=quoting)


def words_of(message: str) -> list[str]:
    """Cut a message into stems: punctuation goes first, stop words last.

    >>> words_of("Don't keep running, it's late!")
    ['dont', 'keep', 'run', 'late']
    """
    return [word for word in map(_stem, message.translate(_NO_PUNCTUATION).split()) if word and word not in STOP_WORDS]


_stem = cache(stem)


def message_table(labels: list[str], messages: list[str], *, source: str) -> Table:
    """Make the study's matrix: the tf-idf weight of every stem, and the message's length as one more, unscaled column."""
    numpy, sparse = require("numpy", extra="optimise"), require("scipy.sparse", extra="optimise")
    text = require("sklearn.feature_extraction.text", extra="optimise")
    counts = text.CountVectorizer(analyzer=words_of)
    weights = text.TfidfTransformer().fit_transform(counts.fit_transform(messages))
    lengths = numpy.array([[float(len(message))] for message in messages])
    x: Any = sparse.hstack([weights, sparse.csr_matrix(lengths)]).tocsr()
    columns = (*map(str, counts.get_feature_names_out()), LENGTH)
    return Table(source=source, columns=columns, x=x, y=numpy.array(labels))
