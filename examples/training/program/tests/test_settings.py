"""What the program is told, and how it says no."""

import pytest

from trainer.errors import BadSettings
from trainer.settings import read_evaluation, read_export, read_settings

PLACES = ["--checkpoints=/c", "--output=/o", "--dataset-uri=s3://our-data/digits"]


def test_only_the_places_have_no_default() -> None:
    assert read_settings(PLACES, {}).epochs == 60
    with pytest.raises(BadSettings) as problem:
        read_settings([], {})
    for name in ("`--checkpoints` (or TRAIN_CHECKPOINTS)", "`--output` (or TRAIN_OUTPUT)", "`--dataset-uri` (or TRAIN_DATASET_URI)"):
        assert f"{name} is missing: " in str(problem.value)
    assert str(problem.value).count("is missing") == 3


def test_an_argument_outdoes_the_environment() -> None:
    environment = {"TRAIN_CHECKPOINTS": "/from-environment", "TRAIN_EPOCHS": "7", "TRAIN_SEED": "5"}
    settings = read_settings([*PLACES, "--epochs=8"], environment)
    assert (settings.checkpoints, settings.epochs, settings.seed) == ("/c", 8, 5)


def test_the_word_that_sagemaker_says_is_heard() -> None:
    assert read_settings(["train", *PLACES], {}) == read_settings(PLACES, {})


@pytest.mark.parametrize("text", ["0", "100001", "-1", "ten", "1.5", "1e3", " 1", "٣", ""])
def test_a_number_out_of_its_bounds_is_refused(text: str) -> None:
    with pytest.raises(BadSettings, match=r"`--epochs` \(or TRAIN_EPOCHS\) (must be a whole number from 1 to 100000: got|is missing)"):
        read_settings([*PLACES, f"--epochs={text}"], {})


@pytest.mark.parametrize("text", ["1", "100000"])
def test_the_bounds_themselves_are_taken(text: str) -> None:
    assert read_settings([*PLACES, f"--epochs={text}"], {}).epochs == int(text)


@pytest.mark.parametrize("text", ["1", "-0.1", "nan", "inf", "half"])
def test_a_share_is_below_one(text: str) -> None:
    with pytest.raises(BadSettings, match="`--dropout` .* must be a number of at least 0 and below 1: got"):
        read_settings([*PLACES, f"--dropout={text}"], {})


@pytest.mark.parametrize("text", ["s3://", "s3:/bucket", "s3://Bucket/x", "s3://bu", "s3://bucket//x"])
def test_a_misspelt_s3_uri_is_no_directory(text: str) -> None:
    with pytest.raises(BadSettings, match="`--checkpoints` .* must be a directory or s3://<bucket>/<prefix>: got"):
        read_settings([f"--checkpoints={text}", *PLACES[1:]], {})


@pytest.mark.parametrize("text", ["digits", "/data", "https://bucket/digits"])
def test_the_data_set_is_named_as_the_registry_wants_it(text: str) -> None:
    with pytest.raises(BadSettings, match="`--dataset-uri` .* must be an S3 URI"):
        read_settings([*PLACES[:2], f"--dataset-uri={text}"], {})


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(BadSettings) as problem:
        read_settings([*PLACES, "--epochs=0", "--momentum=2", "--seed=x"], {})
    assert str(problem.value).count("; ") == 2


def test_checkpoints_and_output_are_two_places() -> None:
    with pytest.raises(BadSettings, match="`--output` must be another place than `--checkpoints`"):
        read_settings(["--checkpoints=/c/", "--output=/c", PLACES[2]], {})


@pytest.mark.parametrize("argument, said", [("--epoch=3", "unrecognized arguments: --epoch=3"), ("test", "invalid choice")])
def test_an_unknown_argument_is_named(argument: str, said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        read_settings([*PLACES, argument], {})


def test_an_evaluation_is_told_where() -> None:
    with pytest.raises(BadSettings) as problem:
        read_evaluation(["evaluate"], {})
    assert [name for name in ("--data", "--model", "--evaluation", "--dataset-uri") if f"`{name}`" in str(problem.value)] == [
        "--model", "--evaluation", "--dataset-uri",
    ]
    with pytest.raises(BadSettings, match="`--model` .* must be a file, which does not end in /"):
        read_evaluation(["evaluate", "--model=s3://our-data/m/", "--evaluation=/e", PLACES[2]], {})


def test_an_export_is_told_where() -> None:
    assert read_export(["export", "--output=/o"], {}).output == "/o"
    with pytest.raises(BadSettings, match="`--output` .* is missing"):
        read_export(["export"], {})


@pytest.mark.parametrize("empty", ["--data=", "--output="])
def test_what_a_pipeline_left_empty_is_missing(empty: str) -> None:
    with pytest.raises(BadSettings, match="is missing"):
        read_settings([*PLACES, empty], {})
