"""A disk that is full, a place that cannot be written, two runs at once."""

import errno
import os
import resource
import signal
import tempfile
from pathlib import Path

import pytest

import mutants
from support import KILLED, LONG, SHORT, Child, Places, result, wait_for
from trainer.errors import RunsElsewhere, StorageFailed
from trainer.interruption import Interruption
from trainer.local_store import LocalStore

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_run_and_loses_nothing(places: Places, undisturbed_short: dict) -> None:
    assert Child(places, **SHORT, before=lambda: mutants.fail_writes(FULL, at_step=50)).wait() == 74
    last = places.lines()[-1]
    assert last["level"] == "ERROR" and last["exitCode"] == 74
    assert last["message"] == f"cannot write {places.checkpoints}/checkpoint-000000000060.bin: No space left on device"
    left = sorted(os.listdir(places.checkpoints))
    assert left == [".lock", "checkpoint-000000000020.bin", "checkpoint-000000000040.bin"], "half a file takes up the space that is lacking"
    assert Child(places, **SHORT).wait() == 0
    assert "goes on after step 40" in places.messages()
    assert result(places) == undisturbed_short


def test_the_kernel_refuses_a_write(places: Places) -> None:
    """Not a pretended error: files of this process may have 20 kB, and a checkpoint has five times as much."""
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    assert Child(places, **SHORT, before=limit).wait() == 74
    assert places.messages()[-1] == f"cannot write {places.checkpoints}/checkpoint-000000000020.bin: File too large"
    assert os.listdir(places.checkpoints) == [".lock"]


def test_asked_to_stop_on_a_full_disk(places: Places, undisturbed_short: dict) -> None:
    """The machine goes either way: the exit code is that of a reclaim, and the log says what the next run begins with."""
    def reclaim() -> None:
        mutants.fail_writes(FULL, at_step=50)
        mutants.on_step(50, lambda: os.kill(os.getpid(), signal.SIGTERM))

    assert Child(places, **SHORT, before=reclaim).wait() == 143
    assert places.messages()[-2].endswith("checkpoint-000000000050.bin: No space left on device")
    assert places.messages()[-1] == "interrupted after step 50; the next run goes on after step 40"
    assert Child(places, **SHORT).wait() == 0
    assert result(places) == undisturbed_short


@pytest.mark.parametrize("which", ["checkpoints", "output"])
def test_a_place_that_cannot_be_made_is_reported_before_the_first_step(which: str, places: Places, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Child(places, **{**SHORT, which: str(tmp_path / "file" / "below")}).wait() == 74
    assert places.messages() == [f"cannot make {tmp_path}/file/below: Not a directory"]


def test_a_directory_that_is_read_only_is_reported_before_the_first_step(places: Places) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        locked = Places(folder, f"{folder}/output", places.log)
        assert Child(Places(folder, "/tmp", places.log), **SHORT, before=mutants.drop_privileges).wait() == 74
        assert Child(locked, **SHORT, before=mutants.drop_privileges).wait() == 74
    assert places.messages() == [f"cannot write {folder}: Permission denied", f"cannot make {folder}/output: Permission denied"]


def test_only_one_of_two_runs_writes(places: Places, undisturbed_long: dict) -> None:
    first = Child(places, **LONG)
    wait_for(lambda: places.log.exists() and "begins" in places.messages())
    second = Places(places.checkpoints, places.output, places.log.with_name("second.jsonl"))
    assert Child(second, **LONG).wait() == 75
    assert second.messages() == [
        f"another run is writing to {places.checkpoints}: wait until it ended, or give this run a place of its own",
    ]
    # a kill frees the place at once: the kernel holds the lock, not a file that would be left behind
    first.kill(signal.SIGKILL)
    assert first.wait() == KILLED
    assert Child(places, **LONG).wait() == 0
    assert result(places) == undisturbed_long


def test_a_store_writes_whole_files(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path / "store"))
    store.write("a", b"1")
    store.write("a", b"22")
    assert (store.names(), store.read("a")) == (["a"], b"22")
    store.delete("a")
    store.delete("a")
    assert store.names() == []
    with pytest.raises(StorageFailed, match="cannot read .*/store/a: No such file or directory"):
        store.read("a")


def test_a_hold_ends_with_its_block(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path))
    with store.hold(Interruption()):
        with pytest.raises(RunsElsewhere), LocalStore(str(tmp_path)).hold(Interruption()):
            pass
    with store.hold(Interruption()):
        pass
