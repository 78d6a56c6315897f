"""Checkpoints that are not what was written, and whose they are."""

import io
import random
from pathlib import Path

import numpy as np
import pytest

import mutants
from support import SHORT, Child, Places, result
from trainer import rounding
from trainer.checkpoints import Checkpoints, Torn, seal, unseal
from trainer.errors import UnusableCheckpoints
from trainer.local_store import LocalStore
from trainer.state import State, fresh_state, pack, unpack

PAYLOAD = pack(fresh_state(0, 64, 4))
IDENTITY = {"seed": 0}


def state_at(step: int) -> State:
    state = fresh_state(0, 64, 4)
    state.step = step
    return state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def checkpoints_in(folder: Path, *steps: int) -> Checkpoints:
    checkpoints = Checkpoints(LocalStore(str(folder)), IDENTITY)
    for step in steps:
        checkpoints.save(state_at(step))
    return checkpoints


def names(folder: Path) -> list:
    return sorted(path.name for path in folder.iterdir())


def test_a_sealed_checkpoint_opens() -> None:
    assert unseal(seal(PAYLOAD, IDENTITY))[0] == PAYLOAD
    assert pack(unpack(PAYLOAD)) == PAYLOAD


def test_no_shortened_checkpoint_opens() -> None:
    whole = seal(PAYLOAD, IDENTITY)
    for length in [*range(0, 400), *range(400, len(whole), 97), len(whole) - 1]:
        with pytest.raises(Torn):
            unseal(whole[:length])
    with pytest.raises(Torn):
        unseal(whole + b"\0")


def test_no_changed_bit_goes_unseen() -> None:
    whole = seal(PAYLOAD, IDENTITY)
    chance = random.Random(0)
    head = whole.index(b"\n") + 1
    for position in [*range(head), *(chance.randrange(head, len(whole)) for _ in range(500))]:
        changed = bytearray(whole)
        changed[position] ^= 1 << chance.randrange(8)
        with pytest.raises(Torn):
            unseal(bytes(changed))


def test_the_newest_two_are_kept(folder: Path) -> None:
    checkpoints_in(folder, 10, 20, 30, 40)
    assert names(folder) == ["checkpoint-000000000030.bin", "checkpoint-000000000040.bin"]


@pytest.mark.parametrize("damage, reason", [
    (lambda data: data[:-1000], "bytes"),
    (lambda data: b"", "its first line is not that of a checkpoint"),
    (lambda data: bytes(len(data)), "its first line is not that of a checkpoint"),
    (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "its SHA-256 differs"),
])
def test_a_torn_newest_falls_back_to_the_one_before(damage, reason: str, folder: Path, capsys: pytest.CaptureFixture) -> None:
    checkpoints_in(folder, 10, 20)
    newest = folder / "checkpoint-000000000020.bin"
    newest.write_bytes(damage(newest.read_bytes()))
    checkpoints = checkpoints_in(folder)
    state = checkpoints.newest()
    assert state is not None and state.step == 10
    told = capsys.readouterr().out
    assert "checkpoint-000000000020.bin is unusable, because" in told and reason in told
    assert "falling back to the one before, checkpoint-000000000010.bin" in told
    # the torn one counts for nothing: after the next save there are two whole ones again
    checkpoints.save(state_at(15))
    assert names(folder) == ["checkpoint-000000000010.bin", "checkpoint-000000000015.bin"]


def test_a_run_that_fell_back_ends_like_an_undisturbed_one(places: Places, undisturbed_short: dict) -> None:
    Child(places, **SHORT, before=lambda: mutants.die_at_step(50)).wait()
    newest = Path(places.checkpoints, "checkpoint-000000000040.bin")
    newest.write_bytes(newest.read_bytes()[:5000])
    assert Child(places, **SHORT).wait() == 0
    assert "goes on after step 20" in places.messages()
    assert result(places) == undisturbed_short


def test_when_none_is_whole_the_run_says_so_and_does_not_start_over(folder: Path) -> None:
    checkpoints_in(folder, 10, 20)
    for path in folder.iterdir():
        path.write_bytes(b"")
    with pytest.raises(UnusableCheckpoints, match="no checkpoint in .* is usable .*: move them away to start over"):
        checkpoints_in(folder).newest()
    assert len(names(folder)) == 2


def test_nobody_deletes_a_newer_checkpoint_of_another_run(folder: Path) -> None:
    slow = checkpoints_in(folder, 10, 20)
    checkpoints_in(folder, 500, 510)
    slow.save(state_at(30))
    assert {"checkpoint-000000000500.bin", "checkpoint-000000000510.bin"} <= set(names(folder))


def test_other_files_are_left_alone(folder: Path) -> None:
    folder.mkdir()
    for name in ("notes.txt", "checkpoint-1.bin", "checkpoint-000000000001.bin.bak"):
        (folder / name).write_text("mine")
    checkpoints_in(folder, 10, 20, 30)
    assert {"notes.txt", "checkpoint-1.bin", "checkpoint-000000000001.bin.bak"} <= set(names(folder))


def test_a_run_with_other_settings_does_not_continue(places: Places) -> None:
    assert Child(places, **SHORT).wait() == 0
    assert Child(places, **{**SHORT, "seed": 7, "hidden": 32}).wait() == 65
    assert places.messages()[-1].endswith(
        "belong to a run with other settings (hidden was 64 and is 32; seed was 0 and is 7): give each run a place of its own, or the settings it had")


def test_how_often_it_is_saved_may_change(places: Places, undisturbed_short: dict) -> None:
    Child(places, **SHORT, before=lambda: mutants.die_at_step(50)).wait()
    assert Child(places, **{**SHORT, "checkpoint_every": 3}).wait() == 0
    assert result(places) == undisturbed_short


def test_a_machine_that_rounds_differently_is_named(folder: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints_in(folder, 10)
    assert checkpoints_in(folder).newest() is not None
    assert "rounds differently" not in capsys.readouterr().out
    monkeypatch.setattr(rounding, "fingerprint", lambda: "another")
    assert checkpoints_in(folder).newest() is not None
    assert "this machine rounds differently" in capsys.readouterr().out


def test_a_checkpoint_cannot_bring_code() -> None:
    """A pickle in an array would run on loading; it is refused even when the seal is right."""
    buffer = io.BytesIO()
    np.savez(buffer, order=np.array([object()], dtype=object), plain=np.zeros(1, np.uint8))
    with pytest.raises(ValueError):
        unpack(buffer.getvalue())
