"""Make the net of optimise-01 and 02, and its cases: scikit-learn's digits at 32 x 32, 40 % kept for the search."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

_SEED, _EPOCHS, _BATCH, _RATE = 0, 6, 64, 1e-3
# Where the weights lie once it is trained: every process of the search makes the net again.
WEIGHTS = "VATIO_BENCHMARK_WEIGHTS"


@cache
def cases() -> Mapping[str, Any]:
    """Give what the net learns from, and what it does not."""
    import torch
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    small = torch.from_numpy((x / 16.0).astype("float32").reshape(-1, 1, 8, 8))
    large = torch.nn.functional.interpolate(small, size=(32, 32), mode="bilinear", align_corners=False).numpy()
    x_train, x_test, y_train, y_test = train_test_split(large, y, test_size=0.4, random_state=_SEED, stratify=y)
    return {"x": x_test, "y": y_test, "x_train": x_train, "y_train": y_train}


def plan() -> Any:
    """Give the net as it is before it learns: six convolutions, 0.55 M parameters."""
    from torch import nn

    layers: list[Any] = []
    before = 1
    for width in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(2048, 128), nn.ReLU(), nn.Linear(128, 10))


def train(path: str) -> float:
    """Train the net, write its weights, and give the CPU-seconds that took."""
    import torch
    from safetensors.torch import save_file

    known = cases()
    torch.set_num_threads(1)
    torch.manual_seed(_SEED)
    begun_s = time.process_time()
    net, x, y = plan(), torch.from_numpy(known["x_train"]), torch.from_numpy(known["y_train"])
    learner = torch.optim.AdamW(net.parameters(), _RATE)
    for _ in range(_EPOCHS):
        for rows in torch.randperm(len(x)).split(_BATCH):
            learner.zero_grad()
            torch.nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            learner.step()
    took_s = time.process_time() - begun_s
    save_file(net.state_dict(), path)
    return took_s


def train_apart(path: str) -> float:
    """Train in a process of its own, whose threads are gone when the search forks."""
    code = f"from benchmarks.optimise._digits_net import train; print(train({path!r}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def trained() -> Any:
    """Give the net with the weights that ``train`` has written."""
    from safetensors.torch import load_file

    net = plan()
    net.load_state_dict(load_file(os.environ[WEIGHTS]))
    return net.eval()
