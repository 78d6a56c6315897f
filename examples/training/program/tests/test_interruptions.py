"""A run that is killed again and again ends as one that nobody disturbed: the same bits."""

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mutants
from support import KILLED, LONG, PROGRAM, SHORT, Child, Places, arguments, result, wait_for

STARTS = re.compile(r"begins|goes on after step (\d+)")


def start(places: Places) -> Child:
    return Child(places, **LONG)


def start_and_strike(places: Places, number: int, chance: random.Random, early: float = 0.25) -> Child:
    """After some epochs and some milliseconds of its work or, with the probability `early`, while it begins."""
    known = len(lines(places))
    child = start(places)
    if chance.random() < early:
        time.sleep(chance.uniform(0, 0.1))
    else:
        epochs = chance.randint(0, 6)  # not a time, since machines differ: of 60 epochs, eight kills take 24
        wait_for(lambda: len(lines(places)) > known + epochs or not child.alive())
        time.sleep(chance.uniform(0, 0.01))
    child.kill(number)
    return child


def lines(places: Places) -> list:
    return places.log.read_text().splitlines() if places.log.exists() else []


def starts(places: Places) -> list:
    """The steps after which a run began or went on."""
    found = [STARTS.fullmatch(message) for message in places.messages()] if places.log.exists() else []
    return [int(match.group(1) or 0) for match in found if match]


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments(seed: int, places: Places, undisturbed_long: dict) -> None:
    chance = random.Random(seed)
    codes = [start_and_strike(places, signal.SIGKILL, chance).wait() for _ in range(8)]
    # one that was done before it could be killed shows nothing, and neither do those after it
    assert set(codes) <= {KILLED, 0} and codes.count(KILLED) >= 5
    assert start(places).wait() == 0
    assert starts(places)[-1] > 0, "no run ever came as far as a checkpoint: nothing was shown"
    assert starts(places) == sorted(starts(places)), "a run fell behind the one before"
    assert result(places) == undisturbed_long


@pytest.mark.parametrize("seed", range(100, 103))
def test_asked_to_stop_at_random_moments(seed: int, places: Places, undisturbed_long: dict) -> None:
    chance = random.Random(seed)
    for _ in range(8):
        child = start_and_strike(places, signal.SIGTERM, chance, early=0)  # a fork that has just begun has no handler yet
        if child.wait() == 0:
            break
        assert child.wait() == 143
        stopped = re.fullmatch(r"interrupted after step (\d+); the next run goes on after step (\d+)", places.messages()[-1])
        assert stopped is not None and stopped.group(1) == stopped.group(2), "it stopped without having saved its last step"
        assert places.lines()[-1]["exitCode"] == 143
    assert start(places).wait() == 0
    stops = [int(re.findall(r"\d+", message)[0]) for message in places.messages() if message.startswith("interrupted after")]
    assert len(stops) >= 5, "most were done before they could be asked"
    assert stops == starts(places)[1:1 + len(stops)], "a run went on elsewhere than where the one before stopped"
    assert result(places) == undisturbed_long


@pytest.mark.parametrize("seed", range(200, 202))
def test_asked_to_stop_and_then_killed(seed: int, places: Places, undisturbed_long: dict) -> None:
    """The notice was too short: the kill comes while the last checkpoint is written."""
    chance = random.Random(seed)
    for _ in range(6):
        child = start_and_strike(places, signal.SIGTERM, chance)
        time.sleep(chance.uniform(0, 0.004))
        child.kill(signal.SIGKILL)
        assert child.wait() in (KILLED, 143, -signal.SIGTERM, 0)
    assert start(places).wait() == 0
    assert result(places) == undisturbed_long


def test_the_program_as_it_is_shipped(places: Places, tmp_path: Path) -> None:
    """`python -m trainer`, one process each: asked to stop while it loads numpy, killed, asked to stop, left alone."""
    settings = {**LONG, "epochs": 240}  # some seconds of work, so that none is done before its signal comes
    imports = places.log.with_name("imports")
    ends = []
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM, None):
        known = len(starts(places))
        with places.log.open("a") as log, imports.open("w") as loaded:
            command = [sys.executable, "-X", "importtime", "-m", "trainer", "train", *arguments(places, **settings)]
            process = subprocess.Popen(command, cwd=PROGRAM, stdout=log, stderr=loaded)
        if not ends:
            wait_for(lambda: "numpy.version" in imports.read_text())
        elif number is not None:
            wait_for(lambda: len(starts(places)) > known)
            time.sleep(0.05)
        if number is not None:
            process.send_signal(number)
        ends.append(process.wait(60))
    assert ends == [143, KILLED, 143, 0]
    assert places.messages()[:2] == ["begins", "interrupted after step 0; the next run goes on after step 0"]
    apart = Places.below(tmp_path / "apart")
    assert Child(apart, **settings).wait() == 0
    assert result(places) == result(apart)


def test_a_finished_run_can_be_started_again(places: Places, undisturbed_short: dict) -> None:
    """Killed between its last step and its result, or started twice by mistake."""
    assert [Child(places, **SHORT).wait() for _ in range(2)] == [0, 0]
    assert places.messages()[-2] == "goes on after step 68"
    assert result(places) == undisturbed_short


def test_another_seed_is_another_result(places: Places, undisturbed_short: dict) -> None:
    """The comparison above can fail."""
    assert Child(places, **SHORT, seed=1).wait() == 0
    assert result(places)["weightsSha256"] != undisturbed_short["weightsSha256"]
    assert result(places)["metrics"] != undisturbed_short["metrics"]


@pytest.mark.parametrize("lost", ["rng", "velocities", "order", "done", "epoch_loss"])
def test_what_a_checkpoint_forgets_shows_in_the_result(lost: str, places: Places, undisturbed_short: dict) -> None:
    """Each part of the state matters: a program that saved all but one would end elsewhere."""
    child = Child(places, **SHORT, before=lambda: mutants.die_at_step(50))
    assert child.wait() == KILLED
    assert Child(places, **SHORT, before=lambda: mutants.forget(lost)).wait() == 0
    assert result(places) != undisturbed_short
