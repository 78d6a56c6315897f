"""A prefix in S3. A put is whole or nothing. Needs s3:ListBucket for the prefix, and s3:GetObject, s3:PutObject and
s3:DeleteObject below it."""

from __future__ import annotations

import contextlib
from typing import Iterator, List

import boto3
from botocore.config import Config

from .interruption import Interruption
from .s3_errors import explained
from .s3_lease import S3Lease

# from SIGTERM to SIGKILL there are 30 seconds on Batch: a put that hangs must fail, and be tried again, within them
CLIENT = Config(connect_timeout=3, read_timeout=6, retries={"mode": "standard", "total_max_attempts": 3})


class S3Store:
    def __init__(self, uri: str, lease_seconds: int) -> None:
        self.uri = uri.rstrip("/")
        self._bucket, _, prefix = self.uri[len("s3://"):].partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._lease_seconds = lease_seconds
        with explained("reach", self.uri):
            self._s3 = boto3.client("s3", config=CLIENT)

    @contextlib.contextmanager
    def hold(self, interruption: Interruption) -> Iterator[S3Lease]:
        lease = S3Lease(self._s3, self._bucket, self._prefix, self._lease_seconds)
        lease.acquire(interruption)
        try:
            yield lease
        finally:
            lease.release()

    def names(self) -> List[str]:
        with explained("list", self.uri):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix, Delimiter="/")
            return [found["Key"][len(self._prefix):] for page in pages for found in page.get("Contents", [])]

    def read(self, name: str) -> bytes:
        with explained("read", f"{self.uri}/{name}"):
            return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()

    def write(self, name: str, data: bytes) -> None:
        with explained("write", f"{self.uri}/{name}"):
            self._s3.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data)

    def delete(self, name: str) -> None:
        with explained("delete", f"{self.uri}/{name}"):
            self._s3.delete_object(Bucket=self._bucket, Key=self._prefix + name)
