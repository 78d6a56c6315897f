"""The same in S3, against moto."""

import random
import signal
import time
from pathlib import Path

import boto3
import pytest

import mutants
from conftest import BUCKET
from support import KILLED, Child, Places, result, wait_for
from trainer.errors import Interrupted, RunsElsewhere, StorageFailed
from trainer.interruption import Interruption
from trainer.s3_store import S3Store

pytestmark = pytest.mark.usefixtures("in_aws")
# a run of some seconds, since each checkpoint is a request
IN_S3 = {"epochs": 12, "checkpoint_every": 4, "lease_seconds": 2}
JOB = {"AWS_BATCH_JOB_ID": "job-1"}


@pytest.fixture
def uri(request: pytest.FixtureRequest) -> str:
    return f"s3://{BUCKET}/runs/{request.node.name.strip(']').replace('[', '-')}"


@pytest.fixture
def in_s3(places: Places, uri: str) -> Places:
    return Places(f"{uri}/checkpoints", places.output, places.log)


def store_at(uri: str, lease_seconds: int = 60) -> S3Store:
    return S3Store(uri, lease_seconds)


@pytest.mark.parametrize("number, code", [(signal.SIGKILL, KILLED), (signal.SIGTERM, 143)])
def test_a_batch_job_that_is_reclaimed_again_and_again(number: int, code: int, in_s3: Places, tmp_path: Path) -> None:
    chance = random.Random(number)
    for attempt in range(1, 6):
        child = Child(in_s3, {**JOB, "AWS_BATCH_JOB_ATTEMPT": str(attempt)}, mutants.slow_puts, **IN_S3)
        wait_for(lambda: in_s3.log.exists() and any(line.get("attempt") == str(attempt) for line in in_s3.lines()))
        time.sleep(chance.uniform(0.05, 0.5))
        child.kill(number)
        assert child.wait() == code
    assert Child(in_s3, {**JOB, "AWS_BATCH_JOB_ATTEMPT": "6"}, **IN_S3).wait() == 0, in_s3.messages()
    begun = [line["step"] for line in in_s3.lines() if "attempt" in line]
    assert len(begun) == 6 and begun == sorted(begun) and begun[-1] > 0
    assert not any("waiting" in message for message in in_s3.messages()), "an attempt waited for the lease of the one before"

    apart = Places.below(tmp_path / "apart")
    assert Child(apart, **IN_S3).wait() == 0
    assert result(in_s3) == result(apart)
    assert len([name for name in store_at(in_s3.checkpoints).names() if name.startswith("checkpoint-")]) == 2


def test_the_result_goes_to_s3_too(in_s3: Places, uri: str) -> None:
    assert Child(Places(in_s3.checkpoints, f"{uri}/output/", in_s3.log), epochs=1).wait() == 0
    assert sorted(store_at(f"{uri}/output").names()) == ["evaluation.json", "metrics.jsonl", "model.tar.gz", "result.json"]
    assert in_s3.lines()[-1]["artifact"] == f"{uri}/output/model.tar.gz"


def test_another_job_is_refused_while_one_is_at_work(in_s3: Places) -> None:
    first = Child(in_s3, JOB, **{**IN_S3, "epochs": 1000})
    wait_for(lambda: in_s3.log.exists() and "begins" in in_s3.messages())
    second = Places(in_s3.checkpoints, in_s3.output, in_s3.log.with_name("second.jsonl"))
    assert Child(second, {"AWS_BATCH_JOB_ID": "job-2"}, **IN_S3).wait() == 75
    assert "belongs to job-1: waiting" in second.messages()[0]
    assert second.messages()[-1].startswith("another run (job-1) is writing beside ")
    first.kill(signal.SIGKILL)
    first.wait()


def test_another_job_goes_on_where_a_dead_one_stopped(in_s3: Places) -> None:
    first = Child(in_s3, JOB, mutants.slow_puts, **IN_S3)
    wait_for(lambda: in_s3.log.exists() and any("epoch" in line for line in in_s3.lines()))
    first.kill(signal.SIGKILL)
    assert first.wait() == KILLED
    assert Child(in_s3, {"AWS_BATCH_JOB_ID": "job-2"}, **IN_S3).wait() == 0
    assert any(message.startswith("goes on after step ") for message in in_s3.messages())


def test_a_run_that_was_taken_for_dead_stops(uri: str) -> None:
    store = store_at(uri, lease_seconds=2)
    with pytest.raises(RunsElsewhere, match="another run took over .*run.lease: this one was silent for too long"):
        with store.hold(Interruption()) as silent:
            time.sleep(2.1)
            with store_at(uri, lease_seconds=2).hold(Interruption()):
                silent.renew()


def test_a_lease_that_was_released_is_free_at_once(uri: str) -> None:
    for _ in range(3):
        begin = time.monotonic()
        with store_at(uri).hold(Interruption()):
            pass
        assert time.monotonic() - begin < 5


def test_who_waits_for_a_lease_can_be_interrupted(uri: str) -> None:
    asked = Interruption()
    asked._take_note(signal.SIGTERM, None)
    with store_at(uri).hold(Interruption()):
        with pytest.raises(Interrupted), store_at(uri).hold(asked):
            pass


def test_a_renewal_is_a_request_only_every_third_of_a_lease(uri: str) -> None:
    with store_at(uri, lease_seconds=3).hold(Interruption()) as lease:
        tags = set()
        end = time.monotonic() + 2.5
        while time.monotonic() < end:
            lease.renew()
            tags.add(boto3.client("s3").head_object(Bucket=BUCKET, Key=uri[len(f"s3://{BUCKET}/"):] + "/run.lease")["ETag"])
        assert len(tags) == 3


def test_a_put_whose_answer_was_lost_is_not_taken_for_another_run(uri: str) -> None:
    """boto3 tries again, and the condition fails because of the first put."""
    store = store_at(uri)
    with store.hold(Interruption()) as lease:
        put = lease._s3.put_object

        def put_twice(**request: object) -> dict:
            put(**request)
            return put(**request)
        lease._s3.put_object = put_twice
        lease._renewed = 0.0
        lease.renew()
        lease._s3.put_object = put


def test_a_store_is_a_prefix(uri: str) -> None:
    store = store_at(f"{uri}/")
    assert store.names() == []
    store.write("a", b"1")
    store.write("a", b"22")
    store_at(f"{uri}/deeper").write("b", b"3")
    assert (store.names(), store.read("a")) == (["a"], b"22")
    store.delete("a")
    store.delete("a")
    assert store.names() == []


def test_what_s3_refuses_is_one_sentence(in_s3: Places) -> None:
    elsewhere = Places("s3://no-such-bucket/run", in_s3.output, in_s3.log)
    assert Child(elsewhere, epochs=1).wait() == 74
    assert in_s3.messages() == [
        "cannot write s3://no-such-bucket/run/run.lease: An error occurred (NoSuchBucket) when calling the PutObject operation: "
        "The specified bucket does not exist",
    ]
    with pytest.raises(StorageFailed, match="cannot read s3://our-training/nothing/a: .*NoSuchKey"):
        store_at("s3://our-training/nothing").read("a")
