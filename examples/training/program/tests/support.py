"""Runs of the program in processes of their own, which can be killed."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Callable, Dict, List, Optional

PROGRAM = Path(__file__).resolve().parent.parent
DATASET = "s3://our-data/digits"
# what differs between two runs that did the same: a measured time, and where it was put
MEASURED = ("p99LatencyMs", "artifact")
KILLED = -signal.SIGKILL

# long enough that many kills find it at work; short enough to be killed at each of its files
LONG = {"epochs": 60, "checkpoint_every": 7}
SHORT = {"epochs": 2, "checkpoint_every": 20}


@dataclasses.dataclass(frozen=True)
class Places:
    checkpoints: str
    output: str
    log: Path

    @staticmethod
    def below(folder: Path) -> "Places":
        folder.mkdir(parents=True, exist_ok=True)
        return Places(str(folder / "checkpoints"), str(folder / "output"), folder / "log.jsonl")

    def lines(self) -> List[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def messages(self) -> List[str]:
        return [line["message"] for line in self.lines()]


def arguments(places: Places, **settings: object) -> List[str]:
    everything = {"checkpoints": places.checkpoints, "output": places.output, "dataset_uri": DATASET, **settings}
    return [f"--{name.replace('_', '-')}={value}" for name, value in everything.items()]


class Child:
    """The program in a forked process. What it loads is loaded already, so that many may live and die within a minute."""

    def __init__(
        self, places: Places, environment: Optional[Dict[str, str]] = None, before: Optional[Callable[[], None]] = None,
        told: Optional[List[str]] = None, **settings: object,
    ) -> None:
        self._code: Optional[int] = None
        self.pid = os.fork()
        if self.pid == 0:
            self._live(places, environment or {}, before, arguments(places, **settings) if told is None else told)

    def alive(self) -> bool:
        return self._ended(os.WNOHANG) is None

    def kill(self, number: int) -> None:
        if self.alive():
            os.kill(self.pid, number)

    def wait(self) -> int:
        """The exit code, or minus the number of the signal that ended it."""
        code = self._ended(0)
        assert code is not None
        return code

    def _ended(self, options: int) -> Optional[int]:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            if pid != 0:
                self._code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return self._code

    def _live(self, places: Places, environment: Dict[str, str], before: Optional[Callable[[], None]], told: List[str]) -> None:
        code = 99
        try:
            from trainer.interruption import Interruption
            from trainer.run import run

            log = os.open(places.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.stdout = open(1, "w", closefd=False)
            os.environ.update(environment)
            interruption = Interruption()
            interruption.listen()
            if before is not None:
                before()
            code = run(told, os.environ, interruption)
        finally:
            os._exit(code)


def result(places: Places) -> dict:
    """Everything that a run left, but for what is measured."""
    output = Path(places.output)
    told = json.loads((output / "result.json").read_text())
    evaluation = json.loads((output / "evaluation.json").read_text())
    assert told["evaluation"] == evaluation
    plain = {name: value for name, value in told.items() if name not in (*MEASURED, "evaluation")}
    plain["evaluation"] = {name: value for name, value in evaluation.items() if name not in MEASURED}
    plain["metrics"] = (output / "metrics.jsonl").read_bytes()
    plain["model"] = (output / "model.tar.gz").read_bytes()
    return plain


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


