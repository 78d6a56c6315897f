"""What the pipeline of ../../app.ts tells its jobs is what this program reads, and what the program leaves is where the pipeline
looks. `pipeline.json` stands between the two: a test of the example runs the pipeline and compares what its jobs are told with
that file; here the program is run with it, in S3, with no more rights than the job's role has."""

import json
from pathlib import Path
from typing import Dict, List, Tuple

import boto3
import numpy as np
import pytest

import mutants
from conftest import REGION
from support import KILLED, Child, Places
from trainer.data import LABEL, PIXELS
from trainer.errors import FINISHED
from trainer.settings import read_evaluation, read_settings

AGREED = json.loads(Path(__file__).with_name("pipeline.json").read_text())
TRAIN, EVALUATE = AGREED["train"], AGREED["evaluate"]

pytestmark = pytest.mark.usefixtures("in_aws")


def after(name: str, told: dict) -> str:
    return told["arguments"][told["arguments"].index(name) + 1]


def placed(uri: str) -> Tuple[str, str]:
    bucket, _, key = uri[len("s3://"):].partition("/")
    return bucket, key


def keys(uri: str) -> List[str]:
    bucket, prefix = placed(uri)
    return [found["Key"][len(prefix):] for found in boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]


def content(uri: str) -> bytes:
    bucket, key = placed(uri)
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.fixture
def exported(in_aws: None, places: Places) -> str:
    """A bucket of the pipeline's with the data in it and nothing else. Answers the address of the data."""
    data = after("--data", TRAIN)
    bucket, _ = placed(data)
    s3 = boto3.resource("s3")
    if bucket in [each.name for each in s3.buckets.all()]:
        s3.Bucket(bucket).objects.all().delete()
    else:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert Child(places, told=["export", f"--output={data}"]).wait() == FINISHED, places.messages()
    return data


def ran(job: dict, places: Places, environment: Dict[str, str] = {}) -> int:
    return Child(places, {**job["environment"], **environment}, mutants.rights_of_a_training_job, told=job["arguments"]).wait()


def test_the_data_is_what_the_pipeline_asks_of_it(exported: str) -> None:
    header, *lines = content(f"{exported}digits.csv").decode().splitlines()
    assert header.split(",") == AGREED["columns"] == [*PIXELS, LABEL]
    assert len(lines) >= AGREED["rules"]["minimumRecords"]
    table = np.array([[float(value) for value in line.split(",")] for line in lines])
    for rule in AGREED["rules"]["columns"]:
        column = table[:, AGREED["columns"].index(rule["name"])]
        assert rule["minimum"] <= column.min() and column.max() <= rule["maximum"], rule
        # of a thousand of them too, wherever they are taken from
        assert min(column[start:start + 1000].var() for start in range(0, len(column) - 1000, 100)) > rule["varianceAbove"], rule


def test_from_the_pipelines_words_to_a_model_and_what_it_is_worth(exported: str, places: Places) -> None:
    assert ran(TRAIN, places) == FINISHED, places.messages()
    assert "model.tar.gz" in keys(after("--output", TRAIN))
    assert after("--model", EVALUATE) == f"{after('--output', TRAIN)}model.tar.gz"
    assert ran(EVALUATE, places) == FINISHED, places.messages()
    evaluation = json.loads(content(after("--evaluation", EVALUATE)))
    assert sorted(evaluation) == ["accuracy", "bias", "dataset", "p99LatencyMs"]
    assert evaluation["accuracy"] > 0.93 and evaluation["dataset"] == exported
    # what was learnt from the file is what was learnt from the package
    assert json.loads(content(f"{after('--output', TRAIN)}result.json"))["evaluation"]["accuracy"] == evaluation["accuracy"]


def test_a_run_is_found_again_by_what_the_job_is_told(exported: str, places: Places) -> None:
    run = f"{TRAIN['environment']['CHECKPOINT_URI']}{TRAIN['environment']['CHECKPOINT_RUN']}/"

    def die_in_the_middle() -> None:
        mutants.rights_of_a_training_job()
        mutants.die_at_step(650)

    assert Child(places, {**TRAIN["environment"], "AWS_BATCH_JOB_ID": "job-1"}, die_in_the_middle, told=TRAIN["arguments"]).wait() == KILLED
    assert len([key for key in keys(run) if key.startswith("checkpoint-")]) == 6, "a role that may not delete leaves what there is"
    # another job of the same input, as after a crash of the execution; the lease of the dead one ends first
    boto3.client("s3").delete_object(Bucket=placed(run)[0], Key=placed(run)[1] + "run.lease")
    assert ran(TRAIN, places, {"AWS_BATCH_JOB_ID": "job-2"}) == FINISHED, places.messages()
    assert "goes on after step 600" in places.messages()
    assert [message for message in places.messages() if message.startswith("old checkpoints stay where they are")], places.messages()


def test_without_a_run_the_jobs_own_id_is_one() -> None:
    told = ["--output=s3://bucket/o", "--data=s3://bucket/data/"]
    folder = {"CHECKPOINT_URI": "s3://bucket/checkpoints/", "AWS_BATCH_JOB_ID": "job-1"}
    assert read_settings(told, folder).checkpoints == "s3://bucket/checkpoints/job-1"
    assert read_settings(told, {**folder, "CHECKPOINT_RUN": "run-7"}).checkpoints == "s3://bucket/checkpoints/run-7"
    assert read_settings(told, {**folder, "TRAIN_CHECKPOINTS": "/c"}).checkpoints == "/c"
    assert read_settings([*told, "--checkpoints=/d"], {**folder, "TRAIN_CHECKPOINTS": "/c"}).checkpoints == "/d"
    assert read_settings(told, folder).dataset_uri == "s3://bucket/data/"


def test_an_evaluation_is_told_by_its_own_words() -> None:
    settings = read_evaluation(EVALUATE["arguments"], EVALUATE["environment"])
    assert (settings.model, settings.evaluation) == (after("--model", EVALUATE), after("--evaluation", EVALUATE))
