"""Make a task for text encoders out of what is installed: from which library does the first paragraph of a docstring come?

No library is imported: sources are parsed. Paragraphs have 40 to 300 characters and occur in one library only.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import inspect
import random
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LIBRARIES = ("networkx", "numpy", "scipy", "sklearn", "sqlalchemy", "sympy", "torch", "transformers")
_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
_SHORTEST, _LONGEST = 40, 300
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(each: int, *, seed: int = 1) -> list[tuple[str, str]]:
    """Give so many paragraphs of each library, with its name, in a shuffled order.

    The techniques for texts were worked out on the draw of seed 0; the rows are of another one.
    """
    found = {library: _paragraphs(library, each + each // 8, seed) for library in LIBRARIES}
    occurs = Counter(text for texts in found.values() for text in texts)
    kept = [(text, library) for library, texts in found.items() for text in [one for one in texts if occurs[one] == 1][:each]]
    random.Random(seed).shuffle(kept)
    short = {library: count for library in LIBRARIES if (count := sum(name == library for _, name in kept)) < each}
    if short:
        raise ValueError(f"too few paragraphs: {short}")
    return kept


def versions() -> str:
    """Name the libraries with their versions."""
    return ", ".join(f"{name} {importlib.metadata.version(_DISTRIBUTIONS.get(name, name))}" for name in LIBRARIES)


def _paragraphs(library: str, count: int, seed: int) -> list[str]:
    """Read files in a shuffled order until there are enough."""
    spec = importlib.util.find_spec(library)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"{library} is not installed")
    root = Path(spec.submodule_search_locations[0])
    files = sorted(path for path in root.rglob("*.py") if "test" not in path.relative_to(root).as_posix())
    random.Random(f"{seed} {library}").shuffle(files)
    found: dict[str, None] = {}
    for file in files:
        found.update(dict.fromkeys(_of_file(file)))
        if len(found) >= count:
            break
    return list(found)[:count]


def _of_file(file: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and (written := ast.get_docstring(node, clean=False)):
            text = " ".join(inspect.cleandoc(written).split("\n\n")[0].split())
            if _SHORTEST <= len(text) <= _LONGEST:
                yield text
