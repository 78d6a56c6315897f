"""One run from beginning, or from where the last one was killed, to its end or the next kill."""

from __future__ import annotations

from typing import Mapping, Sequence

from . import log, loop
from .checkpoints import Checkpoints
from .data import Digits, export, load
from .errors import FINISHED, INTERRUPTED, Interrupted, StorageFailed, TrainingError
from .evaluation import evaluate_model
from .interruption import Interruption
from .result import publish
from .settings import Settings, command_of, read_evaluation, read_export, read_settings
from .state import State, fresh_state
from .store import Hold, open_store


def run(arguments: Sequence[str], environment: Mapping[str, str], interruption: Interruption) -> int:
    """Returns the exit code; what went wrong is in the last line of the log."""
    try:
        _act(arguments, environment, interruption)
    except Interrupted as reason:
        log.warning(str(reason), exitCode=INTERRUPTED)
        return INTERRUPTED
    except TrainingError as problem:
        log.error(str(problem), exitCode=problem.exit_code)
        return problem.exit_code
    return FINISHED


def _act(arguments: Sequence[str], environment: Mapping[str, str], interruption: Interruption) -> None:
    command = command_of(arguments)
    if command == "evaluate":
        log.info("evaluated", **evaluate_model(read_evaluation(arguments, environment)))
    elif command == "export":
        log.info("exported", data=export(open_store(read_export(arguments, environment).output, lease_seconds=60)))
    else:
        _run(read_settings(arguments, environment), environment, interruption)


def _run(settings: Settings, environment: Mapping[str, str], interruption: Interruption) -> None:
    digits = load(settings.data)
    # before the first step: a run that cannot write its result should not begin
    output = open_store(settings.output, settings.lease_seconds)
    store = open_store(settings.checkpoints, settings.lease_seconds)
    with store.hold(interruption) as hold:
        checkpoints = Checkpoints(store, {**settings.identity(), "dataset": digits.sha256})
        state = checkpoints.newest()
        attempt = environment.get("AWS_BATCH_JOB_ATTEMPT", "")
        if state is None:
            state = fresh_state(settings.seed, digits.train.pixels.shape[1], settings.hidden)
            log.info("begins", step=0, attempt=attempt)
        else:
            log.info(f"goes on after step {state.step}", step=state.step, attempt=attempt)
        _train(state, digits, settings, checkpoints, hold, interruption)
        result = publish(state, digits, settings, output)
    log.info("finished", **result)


def _train(
    state: State, digits: Digits, settings: Settings, checkpoints: Checkpoints, hold: Hold, interruption: Interruption,
) -> None:
    while not loop.finished(state, settings):
        if interruption.asked:
            _leave(state, checkpoints)
        loop.advance(state, digits, settings)
        hold.renew()
        if state.done == 0:
            log.info("epoch", **state.metrics[-1])
        if state.step % settings.checkpoint_every == 0:
            checkpoints.save(state)
    # the rest takes less time than beginning again, so from here on a request to stop is not heard
    checkpoints.save(state)


def _leave(state: State, checkpoints: Checkpoints) -> None:
    try:
        checkpoints.save(state)
    except StorageFailed as problem:
        # the machine is lost either way, and the next one may well be able to write
        log.error(str(problem))
    raise Interrupted(f"interrupted after step {state.step}; the next run goes on after step {checkpoints.last_step or 0}")
