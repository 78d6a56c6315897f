"""A place for a few named files that are written whole or not at all: a directory, or a prefix in S3."""

from __future__ import annotations

from typing import ContextManager, List, Protocol

from .interruption import Interruption


class Hold(Protocol):
    """The right to write here, which one run has at a time."""

    def renew(self) -> None:
        """Cheap: call it after each step. Fails where another run took over."""


class Store(Protocol):
    uri: str

    def hold(self, interruption: Interruption) -> ContextManager[Hold]: ...

    def names(self) -> List[str]: ...

    def read(self, name: str) -> bytes: ...

    def write(self, name: str, data: bytes) -> None: ...

    def delete(self, name: str) -> None: ...


def open_store(uri: str, lease_seconds: int) -> Store:
    if uri.startswith("s3://"):
        from .s3_store import S3Store  # where S3 is not used, boto3 is not loaded

        return S3Store(uri, lease_seconds)
    from .local_store import LocalStore

    return LocalStore(uri)
