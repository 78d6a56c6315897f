"""1,797 handwritten digits of 8 x 8 pixels, which ship with scikit-learn: nothing is downloaded."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np

CLASSES = 10
BRIGHTEST = 16.0


@dataclasses.dataclass(frozen=True)
class Part:
    pixels: np.ndarray
    labels: np.ndarray


@dataclasses.dataclass(frozen=True)
class Digits:
    train: Part
    validation: Part
    test: Part
    sha256: str


def load() -> Digits:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    pixels = np.ascontiguousarray(bunch.data, dtype=np.float64) / BRIGHTEST
    labels = np.ascontiguousarray(bunch.target, dtype=np.int64)
    # by position and not by lot, so that no version of numpy ever moves a row from test to train
    fifth = np.arange(len(labels)) % 5
    return Digits(
        train=_part(pixels, labels, fifth > 1),
        validation=_part(pixels, labels, fifth == 1),
        test=_part(pixels, labels, fifth == 0),
        sha256=hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest(),
    )


def _part(pixels: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> Part:
    return Part(pixels[chosen], labels[chosen])
