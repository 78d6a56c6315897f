"""What is done to a forked program before it runs: it dies at a chosen point, or forgets something."""

import os
import signal
import time
from typing import Any, Callable, List

import boto3
from botocore.exceptions import ClientError

from trainer import checkpoints, loop
from trainer.s3_store import S3Store
from trainer.state import State, fresh_state, unpack

NOBODY = 65534


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def on_step(step: int, act: Callable[[], None]) -> None:
    """As soon as this step is done."""
    def advance_and_act(state: State, *others: Any) -> None:
        advance(state, *others)
        if state.step == step:
            act()

    advance = loop.advance
    loop.advance = advance_and_act


def die_at_step(step: int) -> None:
    on_step(step, die)


def die_at_call(number: int) -> None:
    """Just before one of the calls by which files change; which is just after the one before."""
    calls: List[str] = []

    def mortal(name: str, original: Callable) -> Callable:
        def call(*arguments: Any) -> Any:
            calls.append(name)
            if len(calls) == number:
                die()
            return original(*arguments)
        return call

    for name in ("fsync", "replace", "unlink", "open", "close"):
        setattr(os, name, mortal(name, getattr(os, name)))


def forget(part: str) -> None:
    """One part of the state comes back as it was in the beginning, or in another order."""
    def unpack_most(payload: bytes) -> State:
        state = unpack(payload)
        fresh = fresh_state(1, 64, 64)
        wrong = {"rng": fresh.rng, "velocities": fresh.velocities, "order": state.order[::-1], "done": 0, "epoch_loss": 0.0, "metrics": []}
        setattr(state, part, wrong[part])
        return state

    checkpoints.unpack = unpack_most


def fail_writes(problem: OSError, at_step: int) -> None:
    """The disk is full from this step on."""
    def refuse(*_: Any) -> None:
        raise problem

    on_step(at_step, lambda: setattr(os, "fsync", refuse))


def slow_puts() -> None:
    """Who is to be killed at work must not be done before: machines differ, a wait of a tenth of a second does not."""
    def slowly(self: S3Store, name: str, data: bytes) -> None:
        time.sleep(0.1)
        write(self, name, data)

    write = S3Store.write
    setattr(S3Store, "write", slowly)


def rights_of_a_training_job() -> None:
    """What the role of a TrainingJob may do in S3: list one prefix, read and write below it. S3 then says 403 of what is not there."""
    def client(*arguments: Any, **options: Any) -> Any:
        made = original(*arguments, **options)
        read = made.get_object

        def get_object(**request: Any) -> dict:
            try:
                return read(**request)
            except ClientError as problem:
                raise refused("GetObject") if problem.response["Error"]["Code"] == "NoSuchKey" else problem

        def delete_object(**_: Any) -> dict:
            raise refused("DeleteObject")

        made.get_object, made.delete_object = get_object, delete_object
        return made

    def refused(operation: str) -> ClientError:
        return ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, operation)

    original = boto3.client
    setattr(boto3, "client", client)


def drop_privileges() -> None:
    """Root may write everywhere."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
