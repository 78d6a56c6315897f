"""What a model is worth that a training left: read back from its file, as whoever serves it would."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Tuple

import numpy as np

from .data import load
from .errors import UnusableModel
from .network import Weights, sha256
from .result import evaluate, text_of
from .settings import EvaluationSettings
from .store import Store, open_store


def evaluate_model(settings: EvaluationSettings) -> dict:
    place, name = _split(settings.model)
    weights = unpack_model(place.read(name), settings.model)
    evaluation = evaluate(weights, load(settings.data).test, settings.dataset_uri)
    place, name = _split(settings.evaluation)
    place.write(name, text_of(evaluation))
    return evaluation


def unpack_model(packed: bytes, address: str) -> Weights:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            about, arrays = (archive.extractfile(member) for member in ("model.json", "weights.npz"))
            told = json.loads(about.read())["weightsSha256"]  # type: ignore[union-attr]
            # never pickle: who may write a model must not be able to run code here
            with np.load(io.BytesIO(arrays.read()), allow_pickle=False) as found:  # type: ignore[union-attr]
                weights = {each: found[each] for each in found.files}
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as problem:
        raise UnusableModel(f"{address} is no model of this program: {problem}") from problem
    if sha256(weights) != told:
        raise UnusableModel(f"{address} holds other weights than it says: it was changed, or not written to its end")
    return weights


def _split(address: str) -> Tuple[Store, str]:
    folder, _, name = address.rpartition("/")
    return open_store(folder or ".", lease_seconds=60), name
