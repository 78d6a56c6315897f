import os

# as __main__.py does; here numpy is loaded before that could
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator

import boto3
import pytest

import trainer.run  # noqa: F401  loaded once, for all the forks
from support import LONG, SHORT, Child, Places, result
from trainer.data import load

BUCKET = "our-training"
REGION = "eu-west-1"


@pytest.fixture(scope="session")
def aws() -> Iterator[Dict[str, str]]:
    """S3 in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("aws_server.py"))]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    known = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
    boto3.client("s3", endpoint_url=address, **known).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    yield {
        "AWS_ENDPOINT_URL_S3": address,
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server.kill()
    server.wait()
    server.stdout.close()


@pytest.fixture
def in_aws(aws: Dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_BATCH_JOB_ID", "AWS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.below(tmp_path)


@pytest.fixture(scope="session")
def undisturbed_long(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return _undisturbed(tmp_path_factory, LONG)


@pytest.fixture(scope="session")
def undisturbed_short(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return _undisturbed(tmp_path_factory, SHORT)


def _undisturbed(factory: pytest.TempPathFactory, settings: dict) -> dict:
    load()
    there = Places.below(factory.mktemp("undisturbed"))
    # no checkpoint but the last: what is compared with was never read back from anywhere
    assert Child(there, **{**settings, "checkpoint_every": 1_000_000}).wait() == 0
    return result(there)
