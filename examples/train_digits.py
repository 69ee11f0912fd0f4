"""Train a small network on scikit-learn's handwritten digits: 1 797 images, a few CPU-seconds.

Measured from outside:  vatio run -- python examples/train_digits.py
On its own it runs just the same: with no run open, phases and metrics go nowhere.
"""

from __future__ import annotations

import argparse

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import vatio

SEED = 7


def prepare() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Load the digits, scale the pixels to 0..1 and keep a quarter for the test."""
    images, labels = load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(images / 16.0, labels, test_size=0.25, random_state=SEED)
    return train, train_labels, test, test_labels


def fit(images: np.ndarray, labels: np.ndarray, *, epochs: int) -> MLPClassifier:
    """Train one pass over the images at a time, so that each epoch's loss is kept with the run."""
    network = MLPClassifier(hidden_layer_sizes=(256, 128), batch_size=64, random_state=SEED)
    classes = np.unique(labels)
    for _ in range(epochs):
        network.partial_fit(images, labels, classes=classes)
        vatio.work(epochs=1, samples=len(images))
    vatio.log_metric("loss", float(network.loss_))
    return network


def main(epochs: int) -> None:
    """Run the three phases of a training."""
    with vatio.phase("prepare"):
        train, train_labels, test, test_labels = prepare()
    with vatio.phase("train"):
        network = fit(train, train_labels, epochs=epochs)
    with vatio.phase("evaluate"):
        accuracy = accuracy_score(test_labels, network.predict(test))
    vatio.log_metric("accuracy", float(accuracy))
    print(f"accuracy on {len(test)} images never seen: {accuracy:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=160)
    main(parser.parse_args().epochs)
