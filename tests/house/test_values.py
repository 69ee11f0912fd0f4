"""Values are frozen, classes are protocols or final, comments promise nothing, docstrings say what things do."""

import ast
import re

UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|NotImplemented" r"Error)\b")
OUTSIDE_BASES = {
    "Protocol", "Exception", "VatioError", "Generic", "NamedTuple", "TypedDict", "Structure", "Union", "HTMLParser", "Group",
    "Command", "ParamType", "Thread", "ContextDecorator", "AbstractContextManager",
}  # fmt: skip


def classes(modules):
    return [(module, node) for module in modules for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]


def bases(node):
    return {ast.unparse(base).split("[")[0].rpartition(".")[2] for base in node.bases}


def test_every_dataclass_is_frozen_slotted_and_named_by_the_caller(modules):
    loose = []
    for module, node in classes(modules):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id == "dataclass":
                loose.append(f"{module.name}.{node.name}")
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "dataclass":
                options = {word.arg: ast.unparse(word.value) for word in decorator.keywords}
                if not (options.get("frozen") == options.get("slots") == options.get("kw_only") == "True"):
                    loose.append(f"{module.name}.{node.name}")
    assert loose == []


def test_no_class_extends_a_concrete_class_of_ours(modules):
    """Wrap, do not subclass; only the error tree and the contract tests (made for subclassing) branch."""
    ours = {node.name for _, node in classes(modules) if "Protocol" not in bases(node)}
    branching = [
        f"{module.name}.{node.name}"
        for module, node in classes(modules)
        if bases(node) & ours and module.name != "vatio.errors" and not any(name.endswith("Contract") for name in bases(node))
    ]
    assert branching == []


def test_a_protocol_has_at_most_four_methods(modules):
    wide = {
        f"{module.name}.{node.name}": methods
        for module, node in classes(modules)
        if "Protocol" in bases(node) and (methods := sum(isinstance(item, ast.FunctionDef) for item in node.body)) > 4
    }
    assert wide == {}


def test_nothing_is_marked_as_unfinished(modules):
    assert [module.name for module in modules if UNFINISHED.search(module.source)] == []


def test_no_file_is_a_drawer(modules):
    drawers = {"utils", "util", "common", "helpers", "helper", "misc", "core", "base"}
    assert [module.name for module in modules if module.name.rpartition(".")[2].strip("_") in drawers] == []


def test_every_public_docstring_begins_with_a_sentence(modules):
    """The first line ends with a full stop or a colon, and is no echo of the name."""
    bare = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                text = ast.get_docstring(node)
                if text and (not text.split("\n\n")[0].rstrip().endswith((".", ":", "?", ")")) or len(text.split()) < 2):
                    bare.append(f"{module.name}.{node.name}: {text.splitlines()[0]}")
    assert bare == []
