"""Small nets that tests make by their factories."""

from __future__ import annotations

from typing import Any

import numpy as np

from vatio.optimise.model import Cases, Form, Task

CLASSES = 3


def convolutional() -> Any:
    import torch
    from torch import nn

    torch.manual_seed(7)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 24),
        nn.ReLU(),
        nn.Linear(24, CLASSES),
    )


def stripes(count: int, seed: int) -> Cases:
    """Make pictures of 8 x 8 whose class is the place of a bright stripe."""
    draws = np.random.default_rng(seed)
    y = draws.integers(0, CLASSES, count)
    x = draws.normal(0.0, 0.3, (count, 1, 8, 8)).astype(np.float32)
    for row, label in enumerate(y):
        x[row, 0, 1 + 2 * label] += 1.0
    return Cases(x=x, y=y.astype(np.int64))


def learnt() -> Any:
    """Give the net, trained a little on the stripes."""
    import torch

    torch.set_num_threads(1)
    net, cases = convolutional(), stripes(300, 0)
    steps = torch.optim.AdamW(net.parameters(), 3e-3)
    x, y = torch.from_numpy(cases.x), torch.from_numpy(cases.y)
    net.train()
    for _ in range(3):
        for at in range(0, len(y), 50):
            steps.zero_grad()
            torch.nn.functional.cross_entropy(net(x[at : at + 50]), y[at : at + 50]).backward()
            steps.step()
    return net.eval()


def task(seed: int = 0) -> Task:
    return Task(classes=tuple(range(CLASSES)), fit=stripes(300, 0), select=stripes(90, 1), batches=(1, 8), seed=seed)


def form(factory: str = "tests.optimise.model.nets:learnt") -> Form:
    from vatio.optimise.model.runtimes._torch import made

    return Form(kind="torch", model=made(factory), answers="logits", settings={"factory": factory})


def odd() -> Any:
    """Give a net with an operator that ONNX has not."""
    from torch import nn

    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(64, CLASSES)

        def forward(self, x: Any) -> Any:
            import torch

            return torch.special.i1e(self.head(x.flatten(1)))

    return Odd()


def regressor() -> Any:
    import torch
    from torch import nn

    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1)).eval()


def fixed() -> Any:
    """Give a net whose own code names a size."""
    import torch
    from torch import nn

    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(5)
            self.first, self.head = nn.Conv2d(1, 8, 3, padding=1), nn.Linear(8, CLASSES)

        def forward(self, x: Any) -> Any:
            y = self.first(x)
            return self.head(y.mean((2, 3)) + torch.ones(8))

    return Fixed().eval()
