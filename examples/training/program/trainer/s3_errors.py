"""What S3 refused, in one sentence."""

from __future__ import annotations

import contextlib
from typing import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from .errors import StorageFailed


@contextlib.contextmanager
def explained(verb: str, address: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as problem:
        raise StorageFailed(f"cannot {verb} {address}: {problem}") from problem


def code_of(problem: ClientError) -> str:
    return problem.response.get("Error", {}).get("Code", "")
