"""What a finished run leaves: the model, what it is worth, and how it got there."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import time

import numpy as np

from . import network
from .data import CLASSES, Digits, Part
from .network import Weights
from .settings import Settings
from .state import State
from .store import Store

# predictions that are timed: enough that the slowest hundredth is ten of them
TIMED = 1_000


def publish(state: State, digits: Digits, settings: Settings, output: Store) -> dict:
    """`result.json` is written last: where it lies, the rest is complete."""
    artifact = pack_model(state.weights, digits, settings)
    evaluation = evaluate(state.weights, digits.test, settings.dataset_uri)
    result = {
        "artifact": f"{output.uri.rstrip('/')}/model.tar.gz",
        "artifactSha256": hashlib.sha256(artifact).hexdigest(),
        "evaluation": evaluation,
        "weightsSha256": network.sha256(state.weights),
        "datasetSha256": digits.sha256,
        "steps": state.step,
    }
    output.write("model.tar.gz", artifact)
    output.write("metrics.jsonl", "".join(json.dumps(line) + "\n" for line in state.metrics).encode())
    output.write("evaluation.json", text_of(evaluation))
    output.write("result.json", text_of(result))
    return result


def evaluate(weights: Weights, part: Part, dataset_uri: str) -> dict:
    """As the model registry takes it. All but the latency is the same each time."""
    right = network.predict(weights, part.pixels) == part.labels
    of_classes = [right[part.labels == label].mean() for label in range(CLASSES)]
    return {
        "accuracy": round(float(right.mean()), 6),
        # how much better the model reads the digit it reads best than the one it reads worst
        "bias": round(float(max(of_classes) - min(of_classes)), 6),
        "p99LatencyMs": _p99_latency_ms(weights, part),
        "dataset": dataset_uri,
    }


def pack_model(weights: Weights, digits: Digits, settings: Settings) -> bytes:
    """The same weights make the same bytes: no time, no owner, no order of a directory is in them."""
    arrays = io.BytesIO()
    np.savez(arrays, **weights)
    about = {"classes": CLASSES, "datasetSha256": digits.sha256, "settings": settings.identity(), "weightsSha256": network.sha256(weights)}
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0, filename="") as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, content in (("model.json", text_of(about)), ("weights.npz", arrays.getvalue())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _p99_latency_ms(weights: Weights, part: Part) -> float:
    """Of the model alone, one row at a time, on this machine; an endpoint adds its own."""
    taken = []
    for turn in range(TIMED):
        row = part.pixels[turn % len(part.pixels)][np.newaxis]
        begin = time.perf_counter()
        network.predict(weights, row)
        taken.append((time.perf_counter() - begin) * 1_000)
    return round(float(np.percentile(taken, 99)), 4)


def text_of(value: dict) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()
