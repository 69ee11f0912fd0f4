"""No file past 400 lines, no function past 40; the medians are shown as information (``pytest -rP tests/house``)."""

import ast
import statistics

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 40
MOST_POSITIONAL = 5


def functions(modules):
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield module, node, node.end_lineno - node.body[0].lineno + 1


def ninetieth(sizes):
    return sizes[len(sizes) * 9 // 10]


def test_no_file_is_past_400_lines(modules):
    sizes = {module.name: module.source.count("\n") for module in modules}
    print(f"{len(sizes)} files, median {statistics.median(sizes.values()):.0f} lines, longest {max(sizes.values())}")
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FILE} == {}


def test_no_function_is_past_40_lines(modules):
    sizes = sorted(size for _, _, size in functions(modules))
    print(f"{len(sizes)} functions, median {statistics.median(sizes):.0f} lines, p90 {ninetieth(sizes)}, longest {sizes[-1]}")
    long = {f"{module.name}.{node.name}": size for module, node, size in functions(modules) if size > MOST_LINES_OF_A_FUNCTION}
    assert long == {}


def test_parameters_after_the_first_few_are_named_by_the_caller(modules):
    crowded = {}
    for module, node, _ in functions(modules):
        names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args] if argument.arg not in ("self", "cls")]
        if len(names) > MOST_POSITIONAL and not node.name.startswith("_"):
            crowded[f"{module.name}.{node.name}"] = names
    assert crowded == {}
