"""A kill at each single point at which files change, not only where chance hits."""

import os
from pathlib import Path

import mutants
from support import KILLED, Child, Places, result

# three checkpoints, so that the first is deleted too
SETTINGS = {"epochs": 2, "checkpoint_every": 30}


def test_killed_before_every_file_operation(tmp_path: Path, undisturbed_short: dict) -> None:
    killed = 0
    for number in range(1, 200):
        places = Places.below(tmp_path / str(number))
        code = Child(places, **SETTINGS, before=lambda: mutants.die_at_call(number)).wait()
        if code == 0:
            break  # there are not so many calls
        assert code == KILLED
        killed += 1
        assert Child(places, **SETTINGS).wait() == 0, places.messages()
        assert not any("unusable" in message for message in places.messages()), "a kill alone left a torn checkpoint"
        assert result(places) == undisturbed_short
        # nothing half-written is left, and no checkpoint too many
        assert sorted(os.listdir(places.checkpoints)) == [".lock", "checkpoint-000000000060.bin", "checkpoint-000000000068.bin"]
        assert not any(name.startswith(".") for name in os.listdir(places.output))
    assert killed > 30
