"""Take what every technique for ONNX graphs needs from a form: its nodes, its inputs, a place for tools that want files."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from vatio.errors import NotApplicable, first_line
from vatio.optimise.model._form import Form
from vatio.plugins import require

# What the tools of ONNX Runtime let out for graphs that they do not know.
THEIRS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def operators(form: Form) -> set[str]:
    """Name the operators of a form's graph."""
    onnx = require("onnx", extra="optimise")
    return {node.op_type for node in onnx.load_from_string(form.model).graph.node}


def remade(form: Form, name: str, write: Callable[[Path, Path], None], **settings: Any) -> Form:
    """Have a tool write a graph anew, from one file to another, and give the form of it.

    Raises:
        NotApplicable: the tool cannot, with its reason.
    """
    with _folder() as folder:
        given, fresh = folder / "given.onnx", folder / "fresh.onnx"
        given.write_bytes(form.model)
        try:
            write(given, fresh)
        except THEIRS as error:
            raise NotApplicable(f"ONNX Runtime's tool cannot do it: {first_line(error)}") from error
        content = fresh.read_bytes()
    if content == form.model:
        raise NotApplicable("it changes nothing in this graph")
    return replace(form, model=content, settings={**form.settings, "made_by": name, **settings})


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder for a while, in which the tools keep quiet."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
    finally:
        logging.disable(before)
