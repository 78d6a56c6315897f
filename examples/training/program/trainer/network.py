"""One hidden layer, written out in numpy, so that everything that training changes is in plain sight and can be saved."""

from __future__ import annotations

import hashlib
from typing import Dict, Tuple

import numpy as np

from .data import CLASSES

Weights = Dict[str, np.ndarray]


def initial_weights(rng: np.random.Generator, inputs: int, hidden: int) -> Weights:
    return {
        "hidden.weight": rng.standard_normal((inputs, hidden)) * np.sqrt(2 / inputs),
        "hidden.bias": np.zeros(hidden),
        "output.weight": rng.standard_normal((hidden, CLASSES)) * np.sqrt(1 / hidden),
        "output.bias": np.zeros(CLASSES),
    }


def zeros_like(weights: Weights) -> Weights:
    return {name: np.zeros_like(value) for name, value in weights.items()}


def loss_and_gradients(weights: Weights, pixels: np.ndarray, labels: np.ndarray, kept: np.ndarray) -> Tuple[float, Weights]:
    """Mean cross-entropy. `kept` is 0 for a hidden unit that is left out, and makes up for it in the others."""
    hidden = np.maximum(pixels @ weights["hidden.weight"] + weights["hidden.bias"], 0) * kept
    probabilities = _softmax(hidden @ weights["output.weight"] + weights["output.bias"])
    rows = np.arange(len(labels))
    loss = float(-np.log(np.maximum(probabilities[rows, labels], 1e-300)).mean())

    at_output = probabilities
    at_output[rows, labels] -= 1
    at_output /= len(labels)
    at_hidden = (at_output @ weights["output.weight"].T) * kept * (hidden > 0)
    return loss, {
        "hidden.weight": pixels.T @ at_hidden,
        "hidden.bias": at_hidden.sum(axis=0),
        "output.weight": hidden.T @ at_output,
        "output.bias": at_output.sum(axis=0),
    }


def predict(weights: Weights, pixels: np.ndarray) -> np.ndarray:
    hidden = np.maximum(pixels @ weights["hidden.weight"] + weights["hidden.bias"], 0)
    return np.argmax(hidden @ weights["output.weight"] + weights["output.bias"], axis=1)


def sha256(weights: Weights) -> str:
    """Of every bit of every weight: two runs with the same hash are the same model."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        digest.update(f"{name}{weights[name].shape}".encode())
        digest.update(weights[name].tobytes())
    return digest.hexdigest()


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
