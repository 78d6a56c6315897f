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


@dataclasses.dataclass(frozen=True)
class _Option:
    read: Callable[[str], object]
    help: str
    default: str | None = None


_OPTIONS: dict[str, _Option] = {
    "checkpoints": _Option(_place, "where checkpoints lie: a directory or s3://<bucket>/<prefix>, for this run alone"),
    "output": _Option(_place, "where model.tar.gz and evaluation.json go: a directory or s3://<bucket>/<prefix>"),
    "dataset_uri": _Option(_dataset, "what evaluation.json calls the data set: an S3 URI"),
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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):  # argparse would exit with a usage text that says less
        raise BadSettings(f"{message}; `--help` lists what there is")


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    given = _parse(arguments)
    values: dict[str, object] = {}
    problems: list[str] = []
    for name, option in _OPTIONS.items():
        text = given[name] if given[name] is not None else environment.get(_variable(name), option.default)
        shown = f"`{_flag(name)}` (or {_variable(name)})"
        if text is None or text == "":
            problems.append(f"{shown} is missing: {option.help}")
            continue
        try:
            values[name] = option.read(text)
        except ValueError as rule:
            problems.append(f"{shown} {rule}: got {text!r}")
    if not problems and str(values["checkpoints"]).rstrip("/") == str(values["output"]).rstrip("/"):
        problems.append(f"`--output` must be another place than `--checkpoints`: got {values['output']!r} for both")
    if problems:
        raise BadSettings("; ".join(problems))
    return Settings(**values)  # type: ignore[arg-type]


def _parse(arguments: Sequence[str]) -> dict:
    parser = _Parser(prog="trainer", allow_abbrev=False, description="Trains a digit classifier; continues where it was killed.")
    # SageMaker starts every training image with this word
    parser.add_argument("command", nargs="?", choices=["train"], help="may be left out")
    for name, option in _OPTIONS.items():
        default = "" if option.default is None else f" (default {option.default})"
        parser.add_argument(_flag(name), metavar="VALUE", help=f"{option.help}{default}; or {_variable(name)}")
    return vars(parser.parse_args(list(arguments)))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _variable(name: str) -> str:
    return "TRAIN_" + name.upper()
