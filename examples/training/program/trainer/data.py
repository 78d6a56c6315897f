"""1,797 handwritten digits of 8 x 8 pixels, which ship with scikit-learn: nothing is downloaded. Or the same as CSV, from a place."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
from typing import List, Tuple

import numpy as np

from .errors import UnusableData
from .settings import BUILT_IN
from .store import Store, open_store

CLASSES = 10
BRIGHTEST = 16.0
PIXELS = [f"pixel_{place}" for place in range(64)]
LABEL = "label"
FILE = "digits.csv"


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


def load(place: str = BUILT_IN) -> Digits:
    brightness, labels = _shipped() if place == BUILT_IN else _read(open_store(place, lease_seconds=60))
    pixels = brightness / BRIGHTEST
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


def export(output: Store) -> str:
    """What ships with scikit-learn, as the file that `load` reads. Answers its address."""
    brightness, labels = _shipped()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*PIXELS, LABEL])
    writer.writerows([*(int(value) for value in row), int(label)] for row, label in zip(brightness, labels))
    output.write(FILE, text.getvalue().encode())
    return f"{output.uri.rstrip('/')}/{FILE}"


def _shipped() -> Tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return np.ascontiguousarray(bunch.data, dtype=np.float64), np.ascontiguousarray(bunch.target, dtype=np.int64)


def _read(store: Store) -> Tuple[np.ndarray, np.ndarray]:
    """Every file but markers, as a `TrainingPipeline` counts them, in the order of their names."""
    rows: List[List[float]] = []
    for name in sorted(name for name in store.names() if not name.startswith(("_", "."))):
        rows.extend(_rows_of(f"{store.uri.rstrip('/')}/{name}", store.read(name)))
    if not rows:
        raise UnusableData(f"there is no data in {store.uri}: put a file with {PIXELS[0]} to {PIXELS[-1]} and {LABEL} there; "
                           "`export` makes one")
    table = np.array(rows, dtype=np.float64)
    labels = table[:, -1].astype(np.int64)
    missing = sorted(set(range(CLASSES)) - set(labels[np.arange(len(labels)) % 5 == 0].tolist()))
    if missing:
        raise UnusableData(f"the data in {store.uri} has no digit {missing[0]} to be judged by: every fifth row is kept for that")
    return np.ascontiguousarray(table[:, :-1]), labels


def _rows_of(address: str, content: bytes) -> List[List[float]]:
    rows = []
    for number, record in enumerate(csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace"))), start=2):
        try:
            row = [float(record[name]) for name in (*PIXELS, LABEL)]
        except (KeyError, TypeError, ValueError) as problem:
            raise UnusableData(f"line {number} of {address} is no digit: {problem!r}") from None
        if not all(0 <= value <= BRIGHTEST for value in row[:-1]) or row[-1] not in range(CLASSES):
            raise UnusableData(f"line {number} of {address} is no digit: pixels are 0 to {BRIGHTEST:g}, a label is 0 to {CLASSES - 1}")
        rows.append(row)
    return rows
