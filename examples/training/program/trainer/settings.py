"""What the program is told: arguments, or the environment where there is no argument. All mistakes are reported at once."""

from __future__ import annotations

import argparse
import dataclasses
import re
from typing import Callable, Mapping, Sequence

from .errors import BadSettings

S3_URI = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/]+)*/?")


@dataclasses.dataclass(frozen=True)
class Settings:
    data: str
    checkpoints: str
    output: str
    dataset_uri: str
    epochs: int
    batch_size: int
    hidden: int
    learning_rate: float
    momentum: float
    dropout: float
    seed: int
    checkpoint_every: int
    lease_seconds: int

    def identity(self) -> dict:
        """What decides the result: a checkpoint of a run with another identity is not continued."""
        return {name: getattr(self, name) for name in DECIDES_THE_RESULT}


@dataclasses.dataclass(frozen=True)
class EvaluationSettings:
    data: str
    model: str
    evaluation: str
    dataset_uri: str


@dataclasses.dataclass(frozen=True)
class ExportSettings:
    output: str


DECIDES_THE_RESULT = ("epochs", "batch_size", "hidden", "learning_rate", "momentum", "dropout", "seed")


def _whole(smallest: int, largest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,12}", text) or not smallest <= int(text) <= largest:
            raise ValueError(f"must be a whole number from {smallest} to {largest}")
        return int(text)
    return read


def _share(smallest: float, below: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        rule = f"must be a number of at least {smallest:g} and below {below:g}"
        try:
            value = float(text)
        except ValueError:
            raise ValueError(rule) from None
        if not smallest <= value < below:  # NaN is neither
            raise ValueError(rule)
        return value
    return read


def _place(text: str) -> str:
    if text.startswith("s3:") and not S3_URI.fullmatch(text):
        raise ValueError("must be a directory or s3://<bucket>/<prefix>")
    return text


def _dataset(text: str) -> str:
    if not S3_URI.fullmatch(text):
        raise ValueError("must be an S3 URI, as the model registry wants it: s3://<bucket>/<key>")
    return text


def _file(text: str) -> str:
    if _place(text).endswith("/"):
        raise ValueError("must be a file, which does not end in /")
    return text


@dataclasses.dataclass(frozen=True)
class _Option:
    read: Callable[[str], object]
    help: str
    default: str | None = None


BUILT_IN = "scikit-learn"
_DATA = _Option(_place, f"where the CSV files lie: a directory or s3://<bucket>/<prefix>; {BUILT_IN}: the rows that ship with it", BUILT_IN)
_DATASET_URI = _Option(_dataset, "what the evaluation calls the data set: an S3 URI; where the data lies in S3 already, that is it")

_TRAINING: dict[str, _Option] = {
    "data": _DATA,
    "checkpoints": _Option(_place, "where checkpoints lie: a directory or s3://<bucket>/<prefix>, for this run alone"),
    "output": _Option(_place, "where model.tar.gz and evaluation.json go: a directory or s3://<bucket>/<prefix>"),
    "dataset_uri": _DATASET_URI,
    "epochs": _Option(_whole(1, 100_000), "passes over the training data", "60"),
    "batch_size": _Option(_whole(1, 1_024), "rows per step", "32"),
    "hidden": _Option(_whole(1, 4_096), "units of the hidden layer", "64"),
    "learning_rate": _Option(_share(1e-9, 10), "step size", "0.05"),
    "momentum": _Option(_share(0, 1), "share of the last step that is kept", "0.9"),
    "dropout": _Option(_share(0, 1), "share of hidden units that each step leaves out", "0.1"),
    "seed": _Option(_whole(0, 2**32 - 1), "of the weights, the order of the rows and the dropout", "0"),
    "checkpoint_every": _Option(_whole(1, 1_000_000), "steps between checkpoints: the most that a kill can cost", "100"),
    "lease_seconds": _Option(_whole(2, 3_600), "after which a silent run in S3 counts as dead", "60"),
}


_EVALUATION: dict[str, _Option] = {
    "data": _DATA,
    "model": _Option(_file, "the model.tar.gz of a training: a file or s3://<bucket>/<key>"),
    "evaluation": _Option(_file, "where the evaluation goes: a file or s3://<bucket>/<key>"),
    "dataset_uri": _DATASET_URI,
}

_EXPORT: dict[str, _Option] = {
    "output": _Option(_place, "where digits.csv goes: a directory or s3://<bucket>/<prefix>"),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):  # argparse would exit with a usage text that says less
        raise BadSettings(f"{message}; `--help` lists what there is")


def command_of(arguments: Sequence[str]) -> str:
    """SageMaker starts every training image with `train`; without a word it is meant too."""
    return arguments[0] if arguments and not arguments[0].startswith("-") else "train"


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Of a training."""
    values, problems = _read("train", _TRAINING, arguments, environment)
    if not problems and str(values["checkpoints"]).rstrip("/") == str(values["output"]).rstrip("/"):
        problems.append(f"`--output` must be another place than `--checkpoints`: got {values['output']!r} for both")
    return Settings(**_right(values, problems))  # type: ignore[arg-type]


def read_evaluation(arguments: Sequence[str], environment: Mapping[str, str]) -> EvaluationSettings:
    return EvaluationSettings(**_right(*_read("evaluate", _EVALUATION, arguments, environment)))  # type: ignore[arg-type]


def read_export(arguments: Sequence[str], environment: Mapping[str, str]) -> ExportSettings:
    return ExportSettings(**_right(*_read("export", _EXPORT, arguments, environment)))  # type: ignore[arg-type]


def _right(values: dict[str, object], problems: list[str]) -> dict[str, object]:
    if problems:
        raise BadSettings("; ".join(problems))
    return values


def _read(
    command: str, options: Mapping[str, _Option], arguments: Sequence[str], environment: Mapping[str, str],
) -> tuple[dict[str, object], list[str]]:
    given = _parse(command, options, arguments)
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, option in options.items():
        text = next((told for told in (given[name], environment.get(_variable(name)), _follows(name, values, environment)) if told is not None),
                    option.default)
        shown = f"`{_flag(name)}` (or {_variable(name)})"
        if text is None or text == "":
            problems.append(f"{shown} is missing: {option.help}")
            continue
        try:
            values[name] = option.read(text)
        except ValueError as rule:
            problems.append(f"{shown} {rule}: got {text!r}")
    return values, problems


def _follows(name: str, values: Mapping[str, object], environment: Mapping[str, str]) -> str | None:
    """What need not be said, because something else says it."""
    if name == "dataset_uri" and str(values.get("data", "")).startswith("s3://"):
        return str(values["data"])
    # what a TrainingJob tells its program: a folder for all its checkpoints, and which run this is, if the job's own id is not it
    folder, run = environment.get("CHECKPOINT_URI"), environment.get("CHECKPOINT_RUN") or environment.get("AWS_BATCH_JOB_ID")
    if name == "checkpoints" and folder and run:
        return f"{folder.rstrip('/')}/{run}"
    return None


def _parse(command: str, options: Mapping[str, _Option], arguments: Sequence[str]) -> dict:
    parser = _Parser(prog="trainer", allow_abbrev=False, description="Trains a digit classifier; continues where it was killed.")
    parser.add_argument("command", nargs="?", choices=[command], help="train (may be left out), evaluate or export")
    for name, option in options.items():
        default = "" if option.default is None else f" (default {option.default})"
        parser.add_argument(_flag(name), metavar="VALUE", help=f"{option.help}{default}; or {_variable(name)}")
    return vars(parser.parse_args(list(arguments)))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _variable(name: str) -> str:
    return "TRAIN_" + name.upper()
