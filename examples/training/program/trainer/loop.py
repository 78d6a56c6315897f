"""The training loop. It owns no clock and no file: what it does follows from the state alone."""

from __future__ import annotations

import numpy as np

from . import network
from .data import Digits
from .settings import Settings
from .state import State


def finished(state: State, settings: Settings) -> bool:
    return state.epoch >= settings.epochs


def advance(state: State, digits: Digits, settings: Settings) -> None:
    """One step: one batch."""
    rows = len(digits.train.labels)
    if state.done == 0:
        state.order = state.rng.permutation(rows)
    batch = state.order[state.done:state.done + settings.batch_size]
    kept = (state.rng.random((len(batch), settings.hidden)) >= settings.dropout) / (1 - settings.dropout)
    loss, gradients = network.loss_and_gradients(state.weights, digits.train.pixels[batch], digits.train.labels[batch], kept)
    for name, gradient in gradients.items():
        state.velocities[name] = settings.momentum * state.velocities[name] - settings.learning_rate * gradient
        state.weights[name] = state.weights[name] + state.velocities[name]
    state.step += 1
    state.done += len(batch)
    state.epoch_loss += loss * len(batch)
    if state.done == rows:
        _close_epoch(state, digits)


def _close_epoch(state: State, digits: Digits) -> None:
    guesses = network.predict(state.weights, digits.validation.pixels)
    state.epoch += 1
    state.metrics.append({
        "epoch": state.epoch,
        "step": state.step,
        "trainLoss": state.epoch_loss / state.done,
        "validationAccuracy": float(np.mean(guesses == digits.validation.labels)),
    })
    state.done = 0
    state.epoch_loss = 0.0
