"""Everything that the next step depends on, and nothing else. Whatever is missing here is lost by a reclaim."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np

from .network import Weights, initial_weights, zeros_like


@dataclasses.dataclass
class State:
    weights: Weights
    velocities: Weights
    rng: np.random.Generator
    # the rows in the order of this epoch, and how many of them are done
    order: np.ndarray
    done: int = 0
    epoch: int = 0
    step: int = 0
    epoch_loss: float = 0.0
    # one entry per finished epoch, so that a continued run reports what an undisturbed one does
    metrics: list = dataclasses.field(default_factory=list)


def fresh_state(seed: int, inputs: int, hidden: int) -> State:
    rng = np.random.Generator(np.random.PCG64(seed))
    weights = initial_weights(rng, inputs, hidden)
    return State(weights, zeros_like(weights), rng, np.empty(0, dtype=np.int64))


def pack(state: State) -> bytes:
    plain = {
        "rng": state.rng.bit_generator.state,
        "done": state.done,
        "epoch": state.epoch,
        "step": state.step,
        "epoch_loss": state.epoch_loss,
        "metrics": state.metrics,
    }
    arrays = {"order": state.order, "plain": np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)}
    arrays.update({f"weights/{name}": value for name, value in state.weights.items()})
    arrays.update({f"velocities/{name}": value for name, value in state.velocities.items()})
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def unpack(payload: bytes) -> State:
    # never pickle: who may write a checkpoint must not be able to run code here
    with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
        plain = json.loads(arrays["plain"].tobytes())
        rng = np.random.Generator(np.random.PCG64())
        rng.bit_generator.state = plain.pop("rng")
        return State(
            weights=_below("weights/", arrays),
            velocities=_below("velocities/", arrays),
            rng=rng,
            order=arrays["order"],
            **plain,
        )


def _below(prefix: str, arrays: np.lib.npyio.NpzFile) -> Weights:
    return {name[len(prefix):]: arrays[name] for name in arrays.files if name.startswith(prefix)}
