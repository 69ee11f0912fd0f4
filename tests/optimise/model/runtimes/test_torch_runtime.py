from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.optimise.model import nets

from vatio.errors import UsageError
from vatio.optimise.model import Form

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def form() -> Form:
    return nets.form()


def _runtime():
    from vatio.optimise.model.runtimes._torch import TorchRuntime

    return TorchRuntime()


def _again(form: Form, folder: Path) -> Form:
    folder.mkdir(parents=True, exist_ok=True)
    _runtime().save(form, folder)
    return replace(form, model=_runtime().load(folder, form.settings))


def _scores(form: Form, x: np.ndarray) -> np.ndarray:
    return np.array(_runtime().predictor(form, batch=len(x)).scores(x))


def test_a_saved_module_answers_the_same(form: Form, tmp_path: Path) -> None:
    x = nets.task().select.x
    assert np.array_equal(_scores(_again(form, tmp_path), x), _scores(form, x))


def test_the_same_module_is_saved_as_the_same_bytes(form: Form, tmp_path: Path) -> None:
    for name in ("a", "b"):
        _again(nets.form(), tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["model.safetensors", "structure.json"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


def test_a_smaller_structure_is_made_again_and_can_be_trained(tmp_path: Path) -> None:
    from vatio.optimise.model.runtimes._structure import difference, put, sizes

    form = nets.form()
    before = sizes(form.model)
    put(form.model, "0", torch.nn.Conv2d(1, 4, 3, padding=1))
    put(form.model, "1", torch.nn.BatchNorm2d(4))
    put(form.model, "3", torch.nn.Conv2d(4, 16, 3, padding=1))
    put(form.model, "13", torch.nn.Identity())
    structure = difference(before, sizes(form.model))
    assert structure["13"] == {"left_out": True}
    small = replace(form, model=form.model.eval(), settings={**form.settings, "structure": structure})
    again = _again(small, tmp_path)
    x = nets.task().select.x
    assert np.array_equal(_scores(again, x), _scores(small, x))
    again.model.train()(torch.from_numpy(x)).sum().backward()
    assert all(parameter.grad is not None for parameter in again.model.parameters())


@pytest.mark.parametrize("settings", [{"precision": "bf16"}, {"layout": "channels_last"}])
def test_a_format_is_kept_by_its_settings(form: Form, settings: dict[str, str], tmp_path: Path) -> None:
    from vatio.optimise.model.runtimes._torch import formatted, made

    x = nets.task().select.x
    formed = replace(form, model=formatted(made(form.settings["factory"]), settings), settings={**form.settings, **settings})
    again = _again(formed, tmp_path)
    assert np.array_equal(_scores(again, x), _scores(formed, x))
    assert np.abs(_scores(again, x) - _scores(form, x)).max() < 0.2


def test_a_module_without_a_factory_cannot_be_kept(form: Form, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="factory"):
        _runtime().save(replace(form, settings={}), tmp_path)


@pytest.mark.parametrize("factory", ["nowhere:made", "tests.optimise.model.nets:nothing", "tests.optimise.model.nets:task", ""])
def test_a_factory_that_makes_no_module_is_named(factory: str) -> None:
    from vatio.optimise.model.runtimes._torch import made

    with pytest.raises(UsageError, match=r"factory|nn\.Module"):
        made(factory)


@pytest.mark.parametrize("broken", ["model.safetensors", "structure.json"])
def test_a_folder_that_is_broken_is_refused(form: Form, broken: str, tmp_path: Path) -> None:
    _runtime().save(form, tmp_path)
    (tmp_path / broken).write_bytes(b"nothing")
    with pytest.raises(UsageError, match="holds no PyTorch module"):
        _runtime().load(tmp_path, {})


def test_a_structure_of_another_module_is_refused(form: Form, tmp_path: Path) -> None:
    _runtime().save(replace(form, settings={**form.settings, "structure": {"far.away": {"groups": 2}}}), tmp_path)
    with pytest.raises(UsageError, match=r"far\.away"):
        _runtime().load(tmp_path, {})


def test_rows_of_other_types_and_orders_are_answered(form: Form) -> None:
    x = nets.task().select.x[:4]
    wanted = _scores(form, x)
    for other in (x.astype(np.float64), np.asfortranarray(x)):
        assert np.allclose(_scores(form, other), wanted, atol=1e-5)
