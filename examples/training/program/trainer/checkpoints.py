"""Checkpoints that say whether they are whole, and who wrote them. Two are kept: if the newest is unusable, the one before is."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Dict, Optional, Tuple

from . import log, rounding
from .errors import StorageFailed, UnusableCheckpoints
from .state import State, pack, unpack
from .store import Store

MAGIC = b"trainer-checkpoint-1 "
NAME = re.compile(r"checkpoint-(\d{12})\.bin")
KEPT = 2
ROUNDS_DIFFERENTLY = ("this machine rounds differently from the one that wrote the checkpoint: the run goes on and is as good, but its "
                      "weights will not be those of an undisturbed run to the last bit")


class Torn(Exception):
    """Not the bytes that were written."""


def seal(payload: bytes, identity: dict) -> bytes:
    """One line that describes the bytes after it."""
    head = {
        "bytes": len(payload), "sha256": hashlib.sha256(payload).hexdigest(), "identity": identity, "rounding": rounding.fingerprint(),
    }
    line = json.dumps(head, sort_keys=True).encode()
    # the line has a hash of its own: a changed bit in it must not pass for another run's checkpoint
    return MAGIC + hashlib.sha256(line).hexdigest().encode() + b" " + line + b"\n" + payload


def unseal(data: bytes) -> Tuple[bytes, dict]:
    line, newline, payload = data.partition(b"\n")
    if not line.startswith(MAGIC) or not newline:
        raise Torn("its first line is not that of a checkpoint")
    digest, _, text = line[len(MAGIC):].partition(b" ")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise Torn("its first line was changed")
    head = json.loads(text)
    if len(payload) != head["bytes"]:
        raise Torn(f"it has {len(payload)} of {head['bytes']} bytes")
    if hashlib.sha256(payload).hexdigest() != head["sha256"]:
        raise Torn("its SHA-256 differs")
    return payload, head


class Checkpoints:
    def __init__(self, store: Store, identity: dict) -> None:
        self._store = store
        self._identity = identity
        # by step: whether it is whole, as far as one knows without having read it
        self._known: Dict[int, bool] = {}
        # where a run would go on that began now
        self.last_step: Optional[int] = None
        self._may_delete = True

    def newest(self) -> Optional[State]:
        """The newest whole one; nothing where there is none at all."""
        names = sorted(filter(NAME.fullmatch, self._store.names()), reverse=True)
        self._known = {_step_of(name): True for name in names}
        for name, older in zip(names, [*names[1:], "which is not there"]):
            try:
                payload, head = unseal(self._store.read(name))
            except Torn as reason:
                log.warning(f"{name} is unusable, because {reason}: falling back to the one before, {older}", checkpoint=name)
                self._known[_step_of(name)] = False
                continue
            self._check_identity(head["identity"])
            if head["rounding"] != rounding.fingerprint():
                log.warning(ROUNDS_DIFFERENTLY, checkpoint=name)
            self.last_step = _step_of(name)
            return unpack(payload)
        if names:
            # starting over would throw the work away without a word, and somebody has to learn why they broke
            raise UnusableCheckpoints(f"no checkpoint in {self._store.uri} is usable ({', '.join(names)}): move them away to start over, "
                                      "or bring back an older version of one")
        return None

    def save(self, state: State) -> None:
        if state.step != self.last_step:
            self._store.write(_name_of(state.step), seal(pack(state), self._identity))
            self._known[state.step] = True
            self.last_step = state.step
        self._prune()

    def _check_identity(self, identity: dict) -> None:
        differences = [
            f"{name} was {identity.get(name)!r} and is {self._identity.get(name)!r}"
            for name in sorted({*identity, *self._identity}) if identity.get(name) != self._identity.get(name)
        ]
        if differences:
            raise UnusableCheckpoints(f"the checkpoints in {self._store.uri} belong to a run with other settings ({'; '.join(differences)}): "
                                      "give each run a place of its own, or the settings it had")

    def _prune(self) -> None:
        """Only after the new one is safe, and only what this run knows: a newer one may be another run's. Nothing hangs on it: a
        role that may not delete, as that of a `TrainingJob`, leaves what there is to whatever expires it."""
        kept = sorted(step for step, whole in self._known.items() if whole)[-KEPT:]
        for step in sorted(set(self._known) - set(kept)) if self._may_delete else []:
            try:
                self._store.delete(_name_of(step))
            except StorageFailed as problem:
                log.warning(f"old checkpoints stay where they are: {problem}")
                self._may_delete = False
                return
            del self._known[step]


def _name_of(step: int) -> str:
    return f"checkpoint-{step:012}.bin"


def _step_of(name: str) -> int:
    match = NAME.fullmatch(name)
    assert match is not None
    return int(match.group(1))
