"""Scores claims: one JSON document of scores for each CSV file of claims.

A worker of BatchInference. It gets a list of inputs (--work), writes each output to the place that the list names, whole, over
whatever is there, and says in one word why an input has none (--failures). It ends with 0 when it went through its list.
"""

import argparse
import csv
import io
import json
import os
import signal
import sys

STOPPED = 143  # asked to stop: Batch starts the job again, and no other code says so


class Stopped(Exception):
    """The machine is being taken away."""


class Unfit(Exception):
    """An input that will never have an output; its word is the reason."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Objects:
    """Objects in S3 by their addresses."""

    def __init__(self, client) -> None:
        self._client = client

    def read(self, address: str) -> bytes:
        bucket, key = _parts(address)
        return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def write(self, address: str, body: bytes) -> None:
        bucket, key = _parts(address)
        self._client.put_object(Bucket=bucket, Key=key, Body=body)


def _parts(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def score(body: bytes) -> bytes:
    """The model: a claim is as suspicious as its amount is far above the mean of its file."""
    try:
        amounts = [float(row["amount"]) for row in csv.DictReader(io.StringIO(body.decode("utf-8")))]
    except UnicodeDecodeError as error:
        raise Unfit("NOT_UTF8") from error
    except KeyError as error:
        raise Unfit("NO_AMOUNT_COLUMN") from error
    except (TypeError, ValueError) as error:
        raise Unfit("AMOUNT_NOT_A_NUMBER") from error
    if not amounts:
        raise Unfit("NO_CLAIMS")
    mean = sum(amounts) / len(amounts)
    return json.dumps({"scores": [round(amount / mean, 6) if mean > 0 else 0.0 for amount in amounts]}).encode()


def run(objects: Objects, work: str, failures: str) -> int:
    failed = []
    try:
        for line in objects.read(work).decode("utf-8").splitlines():
            item = json.loads(line)
            try:
                objects.write(item["output"], score(objects.read(item["input"])))
            except Unfit as reason:
                failed.append({"input": item["input"], "reason": reason.word})
    finally:
        if failed:  # also when the machine is taken away: the next attempt writes the same place again
            objects.write(failures, "".join(f"{json.dumps(line)}\n" for line in failed).encode())
    print(json.dumps({"event": "done", "failed": len(failed)}))  # numbers only: names of inputs may be names of people
    return 0


def _stop(_signal: int, _frame: object) -> None:
    raise Stopped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True, help="the list of inputs, s3://…")
    parser.add_argument("--failures", required=True, help="where to say what has no output, s3://…")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        import boto3  # here, so that tests need nothing but Python

        return run(Objects(boto3.client("s3", region_name=os.environ.get("AWS_REGION"))), arguments.work, arguments.failures)
    except Stopped:
        return STOPPED


if __name__ == "__main__":
    sys.exit(main())
