"""Cut a network short: its first layers stay as they are, frozen, and a new head is fitted to what they give."""

from __future__ import annotations

from typing import Any

from vatio.errors import NotApplicable
from vatio.optimise.model._form import Form
from vatio.optimise.model._task import Task
from vatio.optimise.model._technique import Offer
from vatio.optimise.model.runtimes import head, input_dtype, put
from vatio.optimise.model.techniques._layer_costs import has_weights, layer_costs, rows_of
from vatio.optimise.model.techniques.networks._prune import require_shape
from vatio.optimise.model.techniques.networks._tuning import answering_s, needs_training, own_copy, seeded, settled, smaller
from vatio.plugins import require

# Where to cut: after about so much of the layers' cost.
_SHARES = (0.3, 0.6)
_SIDE = 4
_BATCH, _STEPS, _PENALTY = 64, 60, 1e-3


class Transfer:
    """Keep the first layers of a sequence and fit a linear head behind them."""

    def offers(self, form: Form, task: Task) -> tuple[Offer, ...]:
        """Offer two places to cut."""
        if not needs_training(form, task):
            return ()
        if not task.is_classes:
            raise NotApplicable("a new head is fitted to classes, and values are asked")
        torch = require("torch", extra="torch")
        if not isinstance(form.model, torch.nn.Sequential):
            raise NotApplicable("only a sequence of layers can be cut")
        costs = layer_costs(form.model, rows_of(form, task), batches=task.batches)
        once_s = answering_s(form, task)
        cuts = dict.fromkeys(cut for share in _SHARES if (cut := _cut(form.model, costs, share)) is not None)
        if not cuts:
            raise NotApplicable("it is too short to be cut")
        return tuple(
            Offer(
                params={"cut": cut},
                cost_cpu_s=round(once_s + 1.0, 2),
                times=1.0 / max(0.05, _before(form.model, costs, cut)),
                reach="network",
                needs_fit=True,
            )
            for cut in cuts
        )

    def apply(self, form: Form, offer: Offer, task: Task) -> Form:
        """Cut, and fit the head."""
        torch, module = require("torch", extra="torch"), own_copy(form)
        torch.set_num_threads(1)
        x = torch.from_numpy(task.fit.x.astype(input_dtype(module)))
        with torch.inference_mode():
            given = torch.cat([_until(module, offer.params["cut"], piece) for piece in x.split(_BATCH)])
        side = min(_SIDE, given.shape[-1]) if given.ndim == 4 else 0
        pooled = torch.nn.functional.adaptive_avg_pool2d(given, side) if side else given
        flat = pooled.flatten(1).clone()
        with seeded(task.seed):
            last = head(features=flat.shape[1], classes=len(task.classes), side=side)
        _fit(last[-1], flat, torch.from_numpy(task.fit.y))
        names = [name for name, _ in module.named_children()]
        for name in names[names.index(offer.params["cut"]) :]:
            put(module, name, torch.nn.Identity())
        put(module, offer.params["cut"], last)
        require_shape(module, x[:2], len(task.classes))
        return smaller(form, settled(module))


def _cut(module: Any, costs: dict[str, float], share: float) -> str | None:
    """Name the layer that the head takes the place of: the first with weights once the share of the cost is behind."""
    spent = 0.0
    for name, layer in module.named_children():
        own = sum(cost for each, cost in costs.items() if each == name or each.startswith(f"{name}."))
        is_weighty = any(has_weights(each) for each in layer.modules())
        if spent >= share and is_weighty:
            return str(name)
        spent += own
    return None


def _before(module: Any, costs: dict[str, float], cut: str) -> float:
    names = [name for name, _ in module.named_children()]
    kept = names[: names.index(cut)]
    return sum(cost for each, cost in costs.items() if each.partition(".")[0] in kept)


def _until(module: Any, cut: str, x: Any) -> Any:
    for name, layer in module.eval().named_children():
        if name == cut:
            break
        x = layer(x)
    return x


def _fit(layer: Any, x: Any, y: Any) -> None:
    """Fit a linear layer to classes: cross-entropy with a penalty on the weights, by L-BFGS over all cases at once."""
    torch, minimise = require("torch", extra="torch"), require("scipy.optimize", extra="optimise").minimize
    centre, spread = x.mean(0), x.std(0) + 1e-6
    scaled = (x - centre) / spread
    classes, wide = layer.weight.shape

    def loss(flat: Any) -> tuple[float, Any]:
        own = torch.from_numpy(flat.astype("float32")).requires_grad_()
        weight, bias = own[: classes * wide].view(classes, wide), own[classes * wide :]
        with torch.enable_grad():
            found = torch.nn.functional.cross_entropy(scaled @ weight.T + bias, y) + _PENALTY * weight.square().sum()
            found.backward()
        return float(found.detach()), own.grad.double().numpy()

    begun = torch.zeros(classes * wide + classes).double().numpy()
    best = minimise(loss, begun, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    found = torch.from_numpy(best).float()
    with torch.no_grad():
        layer.weight.copy_(found[: classes * wide].view(classes, wide) / spread)
        layer.bias.copy_(found[classes * wide :] - layer.weight @ centre)
