"""What a finished run leaves."""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import numpy as np

from support import DATASET, SHORT, Child, Places
from trainer import network
from trainer.data import load


def test_the_model_learns_to_read(places: Places) -> None:
    assert Child(places).wait() == 0
    evaluation = json.loads(Path(places.output, "evaluation.json").read_text())
    assert evaluation["accuracy"] > 0.93 and evaluation["bias"] < 0.2
    lines = [json.loads(line) for line in Path(places.output, "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == list(range(1, 61))
    assert lines[-1]["trainLoss"] < lines[0]["trainLoss"] / 20


def test_the_evaluation_is_what_the_registry_takes(places: Places) -> None:
    assert Child(places, **SHORT).wait() == 0
    evaluation = json.loads(Path(places.output, "evaluation.json").read_text())
    assert sorted(evaluation) == ["accuracy", "bias", "dataset", "p99LatencyMs"]
    assert 0 <= evaluation["accuracy"] <= 1 and 0 <= evaluation["bias"] <= 1 and evaluation["p99LatencyMs"] > 0
    assert evaluation["dataset"] == DATASET


def test_the_artifact_is_the_model_that_was_evaluated(places: Places) -> None:
    assert Child(places, **SHORT).wait() == 0
    told = json.loads(Path(places.output, "result.json").read_text())
    packed = Path(places.output, "model.tar.gz").read_bytes()
    assert told["artifactSha256"] == hashlib.sha256(packed).hexdigest()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        about = json.loads(archive.extractfile("model.json").read())  # type: ignore[union-attr]
        with np.load(io.BytesIO(archive.extractfile("weights.npz").read()), allow_pickle=False) as arrays:  # type: ignore[union-attr]
            weights = {name: arrays[name] for name in arrays.files}
    digits = load()
    accuracy = float((network.predict(weights, digits.test.pixels) == digits.test.labels).mean())
    assert round(accuracy, 6) == told["evaluation"]["accuracy"]
    right = [(network.predict(weights, digits.test.pixels) == digits.test.labels)[digits.test.labels == label].mean() for label in range(10)]
    assert round(max(right) - min(right), 6) == told["evaluation"]["bias"]
    assert about["weightsSha256"] == told["weightsSha256"] == network.sha256(weights)


def test_no_row_is_both_learnt_and_asked() -> None:
    digits = load()
    parts = [digits.train, digits.validation, digits.test]
    assert [len(part.labels) for part in parts] == [1077, 360, 360]
    rows = [{row.tobytes() for row in part.pixels} for part in parts]
    assert not rows[0] & rows[1] and not rows[0] & rows[2] and not rows[1] & rows[2]


def test_gradients_are_those_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    weights = network.initial_weights(rng, 64, 6)
    pixels, labels, kept = rng.random((5, 64)), np.arange(5), np.ones((5, 6))
    _, gradients = network.loss_and_gradients(weights, pixels, labels, kept)
    for name, gradient in gradients.items():
        for place in [tuple(rng.integers(size) for size in gradient.shape) for _ in range(5)]:
            losses = []
            for shift in (1e-6, -1e-6):
                moved = {other: value.copy() for other, value in weights.items()}
                moved[name][place] += shift
                losses.append(network.loss_and_gradients(moved, pixels, labels, kept)[0])
            assert abs((losses[0] - losses[1]) / 2e-6 - gradient[place]) < 1e-6


def test_nothing_is_written_but_checkpoints_and_output(places: Places) -> None:
    """So the image runs with a read-only root."""
    elsewhere = places.log.with_name("elsewhere")

    def watch() -> None:
        allowed = (places.checkpoints, places.output, str(elsewhere))

        def note(event: str, arguments: tuple) -> None:
            path, writes = None, event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link")
            if event == "open":
                path, mode, flags = arguments
                writes = isinstance(path, (str, bytes)) and bool(flags & 0o3)
            elif writes:
                path = arguments[0]
            if writes and not str(path).startswith(allowed):
                with open(elsewhere, "a") as file:
                    file.write(f"{event} {path}\n")
        sys.addaudithook(note)

    assert Child(places, **SHORT, before=watch).wait() == 0
    assert not elsewhere.exists(), elsewhere.read_text()
