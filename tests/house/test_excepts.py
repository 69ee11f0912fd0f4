"""``except Exception`` has two addresses: the command line's ``main``, and the rim of a measurement beside the user's work."""

import ast

# What runs a user's function stands at the rim as a measurement does: what it raises is what was found.
ADDRESSES = ("vatio.cli._main:", "vatio.measure.", "vatio.optimise.code._child:", "vatio.optimise.model._theirs:")
BROAD = {"Exception", "BaseException"}


def caught(handler):
    if handler.type is None:
        return {"BaseException"}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(kind) for kind in kinds}


def raises_again(handler):
    """Tell whether what was caught goes on, as after a rollback: that is cleaning up, not catching."""
    return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None


def broad_excepts(modules):
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and caught(node) & BROAD and not raises_again(node):
                yield module, node


def test_broad_excepts_have_two_addresses(modules):
    found = [f"{module.name}:{node.lineno}" for module, node in broad_excepts(modules)]
    code = sum(module.source.count("\n") for module in modules)
    print(f"{len(found)} broad excepts, {1000 * len(found) / code:.2f} per 1 000 lines: {', '.join(found)}")
    assert [where for where in found if not where.startswith(ADDRESSES)] == []


def test_a_broad_except_does_something_with_what_it_caught(modules):
    silent = [f"{module.name}:{node.lineno}" for module, node in broad_excepts(modules) if isinstance(node.body[0], ast.Pass)]
    assert silent == []
