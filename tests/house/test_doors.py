"""Rooms meet only at the door, and the door says one thing in three ways: to the type checker, lazily, and in ``__all__``."""

import ast
from importlib import import_module

import pytest


def doors(modules):
    return [module for module in modules if module.path.name == "__init__.py"]


def shown_to_the_type_checker(module):
    """Give the imports of the ``if TYPE_CHECKING`` block."""
    blocks = [node for node in ast.walk(module.tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return [item for block in blocks for item in block.body if isinstance(item, ast.ImportFrom)]


def reexports(module):
    """Name what a door shows: ``from room._file import Name as Name``."""
    return {alias.asname for item in shown_to_the_type_checker(module) for alias in item.names}


def imports(module):
    """Name every module that a file imports, and the names that it takes from it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)


def test_every_door_shows_the_same_names_to_the_type_checker_and_to_the_program(modules):
    differing = {}
    for module in doors(modules):
        shown, opened = reexports(module), set(getattr(import_module(module.name), "__all__", ()))
        if shown != opened:
            differing[module.name] = shown ^ opened
    assert differing == {}


def test_every_public_name_can_be_had(modules):
    closed = []
    for module in doors(modules):
        room = import_module(module.name)
        for name in getattr(room, "__all__", ()):
            try:
                getattr(room, name)
            except (ImportError, AttributeError) as error:
                closed.append(f"{module.name}.{name}: {error}")
    assert closed == []


def test_a_door_holds_no_logic(modules):
    for module in doors(modules):
        kinds = {type(node).__name__ for node in module.tree.body}
        assert kinds <= {"Expr", "ImportFrom", "Assign", "If"}, module.name


def test_the_package_offers_at_most_forty_names():
    assert len(import_module("vatio").__all__) <= 40


def test_no_room_goes_past_another_rooms_door(modules):
    trespasses = []
    for module in modules:
        for target, names in imports(module):
            for whole in [target, *(f"{target}.{name}" for name in names)]:
                owner, _, last = whole.rpartition(".")
                private = last.startswith("_") and not last.startswith("__") and owner.startswith("vatio")
                if private and not (module.name == owner or module.name.startswith(f"{owner}.")):
                    trespasses.append(f"{module.name} imports {whole}")
    assert trespasses == []


def test_no_room_takes_a_name_from_the_packages_own_door(modules):
    """It would load rooms above: the import contract leaves that door out because it opens lazily."""
    public = set(import_module("vatio").__all__)
    upwards = [
        f"{module.name} imports {', '.join(public & set(names))}"
        for module in modules
        for target, names in imports(module)
        if target == "vatio" and public & set(names)
    ]
    assert upwards == []


def test_the_files_of_a_room_stay_behind_the_door(modules):
    shown = [module.name for module in modules if module.name.count(".") >= 2 and module.path.name != "__init__.py"]
    open_ = [name for name in shown if not name.rpartition(".")[2].startswith("_")]
    assert open_ == []


@pytest.mark.parametrize("name", ["no_such_name", "__no_dunder__"])
def test_a_door_refuses_a_name_that_it_does_not_have(name):
    with pytest.raises(AttributeError, match=name):
        getattr(import_module("vatio"), name)
