"""Keeps two runs from training the same thing at once. S3 has no locks, but it refuses a put whose condition does not hold.

The lease guards the bill, not the result: checkpoints of one run are the same bytes whoever writes them (checkpoints.py refuses
other runs), and nobody deletes what is newer than his own. So a holder that S3 wrongly took for dead does no harm either.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
import uuid
from email.utils import parsedate_to_datetime
from typing import Any, Mapping, Optional

from botocore.exceptions import ClientError

from . import log
from .errors import Interrupted, RunsElsewhere
from .interruption import Interruption
from .s3_errors import code_of, explained

LEASE = "run.lease"
NOT_THERE = ("NoSuchKey", "404")
REFUSED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409", *NOT_THERE)


def owner_of(environment: Mapping[str, str]) -> str:
    """The attempts of one Batch job follow each other, so the next one need not wait for the lease of the last."""
    return environment.get("AWS_BATCH_JOB_ID") or f"process-{uuid.uuid4()}"


@dataclasses.dataclass(frozen=True)
class _Found:
    owner: Optional[str]
    token: str
    etag: str
    age_seconds: float


class S3Lease:
    def __init__(self, s3: Any, bucket: str, prefix: str, seconds: int) -> None:
        self._s3 = s3
        self._place = {"Bucket": bucket, "Key": prefix + LEASE}
        self._address = f"s3://{bucket}/{prefix}{LEASE}"
        self._seconds = seconds
        self._owner = owner_of(os.environ)
        self._etag = ""
        self._renewed = 0.0

    def acquire(self, interruption: Interruption) -> None:
        """Waits for a holder that may be dead, at most one lease long."""
        with explained("write", self._address):
            # put and not read: who may list one prefix only hears 403 for an object that is not there, as for one he may not read
            if self._put(self._owner, IfNoneMatch="*"):
                return
            seen: Optional[_Found] = None
            while True:
                found = self._read()
                if found is None:
                    taken = self._put(self._owner, IfNoneMatch="*")
                elif found.owner in (None, self._owner) or found.age_seconds >= self._seconds:
                    taken = self._put(self._owner, IfMatch=found.etag)
                elif seen is not None and found.etag != seen.etag:
                    raise RunsElsewhere(f"another run ({found.owner}) is writing beside {self._address}: wait until it ended, "
                                        "or give this run a place of its own")
                else:
                    taken, seen = False, found
                    self._wait(found, interruption)
                if taken:
                    return

    def renew(self) -> None:
        """After each step; it costs a request only every third of a lease."""
        if time.monotonic() - self._renewed < self._seconds / 3:
            return
        with explained("write", self._address):
            if not self._put(self._owner, IfMatch=self._etag):
                raise RunsElsewhere(f"another run took over {self._address}: this one was silent for too long, and stops")

    def release(self) -> None:
        """So that the next run need not wait. A put and not a delete: the lease may be somebody else's by now."""
        try:
            self._put(None, IfMatch=self._etag)
        except Exception as problem:  # whatever it is, the run is over and the lease ends by itself
            log.warning(f"could not release {self._address}, which ends by itself in {self._seconds} s: {problem}")

    def _wait(self, found: _Found, interruption: Interruption) -> None:
        rest = self._seconds - found.age_seconds + 1  # S3 tells whole seconds
        log.info(f"{self._address} belongs to {found.owner}: waiting {rest:.0f} s to see whether it is alive")
        if interruption.wait(rest):
            raise Interrupted("interrupted before it began: the next run goes on from the same place")

    def _read(self) -> Optional[_Found]:
        try:
            answer = self._s3.get_object(**self._place)
        except ClientError as problem:
            if code_of(problem) in NOT_THERE:
                return None
            raise
        # both times are S3's: the clock of this machine decides nothing
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        text = json.loads(answer["Body"].read())
        return _Found(text["owner"], text["token"], answer["ETag"], (now - answer["LastModified"]).total_seconds())

    def _put(self, owner: Optional[str], **condition: str) -> bool:
        # the token makes each put other bytes, and so another ETag
        token = str(uuid.uuid4())
        try:
            answer = self._s3.put_object(**self._place, Body=json.dumps({"owner": owner, "token": token}).encode(), **condition)
        except ClientError as problem:
            if code_of(problem) not in REFUSED:
                raise
            # a put that was tried again after its answer was lost is refused because of itself
            found = self._read()
            if found is None or found.token != token:
                return False
            self._etag = found.etag
        else:
            self._etag = answer["ETag"]
        self._renewed = time.monotonic()
        return True
