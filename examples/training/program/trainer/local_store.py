"""A directory. On SageMaker it is /opt/ml/checkpoints, which SageMaker copies to S3 and back."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from typing import Iterator, List

from .errors import RunsElsewhere, StorageFailed
from .interruption import Interruption

LOCK = ".lock"
PARTIAL = ".partial"


class LocalHold:
    def renew(self) -> None:
        """The kernel holds the lock until the process ends, however it ends."""


class LocalStore:
    def __init__(self, directory: str) -> None:
        self.uri = directory
        with self._explained("make"):
            os.makedirs(directory, exist_ok=True)

    @contextlib.contextmanager
    def hold(self, interruption: Interruption) -> Iterator[LocalHold]:
        with self._explained("write"):
            descriptor = os.open(self._path(LOCK), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._lock(descriptor)
            self._sweep()
            yield LocalHold()
        finally:
            os.close(descriptor)

    def names(self) -> List[str]:
        with self._explained("list"):
            return [name for name in os.listdir(self.uri) if not name.startswith(".")]

    def read(self, name: str) -> bytes:
        with self._explained("read", name), open(self._path(name), "rb") as file:
            return file.read()

    def write(self, name: str, data: bytes) -> None:
        partial = self._path(f".{name}{PARTIAL}")
        with self._explained("write", name):
            try:
                with open(partial, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(partial, self._path(name))
            except OSError:
                # on a full disk the rest of the file would be in the way of the next attempt
                with contextlib.suppress(OSError):
                    os.unlink(partial)
                raise
            self._sync_directory()

    def delete(self, name: str) -> None:
        with self._explained("delete", name), contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(name))

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunsElsewhere(f"another run is writing to {self.uri}: wait until it ended, or give this run a place of its own") from None

    def _sweep(self) -> None:
        """What a killed run had begun to write."""
        with self._explained("clean"):
            for name in os.listdir(self.uri):
                if name.startswith(".") and name.endswith(PARTIAL):
                    os.unlink(self._path(name))

    def _sync_directory(self) -> None:
        # the new name is on the disk only when the directory is
        descriptor = os.open(self.uri, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as problem:
            if problem.errno != errno.EINVAL:  # some network file systems know no such thing
                raise
        finally:
            os.close(descriptor)

    def _path(self, name: str) -> str:
        return os.path.join(self.uri, name)

    @contextlib.contextmanager
    def _explained(self, verb: str, name: str = "") -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StorageFailed(f"cannot {verb} {self._path(name) if name else self.uri}: {problem.strerror or problem}") from problem
