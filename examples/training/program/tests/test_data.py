"""Data from a place, and a model that is read back: what is not as it should be ends the run with one sentence."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Callable

import numpy as np
import pytest

from support import SHORT, Child, Places
from trainer import data
from trainer.data import export, load
from trainer.errors import UNUSABLE_DATA, UnusableData, UnusableModel
from trainer.evaluation import unpack_model
from trainer.store import open_store

ROW = ",".join(["3"] * 64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    export(open_store(str(tmp_path / "data"), 60))
    return tmp_path / "data"


def test_what_was_exported_is_read_back_as_it_was(folder: Path) -> None:
    assert load(str(folder)).sha256 == load().sha256


def test_markers_are_no_data_and_files_come_in_the_order_of_their_names(folder: Path) -> None:
    header, *lines = (folder / "digits.csv").read_text().splitlines()
    (folder / "digits.csv").unlink()
    for name, part in (("part-2.csv", lines[900:]), ("part-1.csv", lines[:900])):
        # columns may stand in another order, and there may be more
        (folder / name).write_text("\n".join(["id," + header, *(f"7,{line}" for line in part)]) + "\n")
    (folder / "_SUCCESS").write_text("")
    assert load(str(folder)).sha256 == load().sha256


@pytest.mark.parametrize("change, said", [
    (lambda text: "", "there is no data in "),
    (lambda text: text.replace("label", "digit", 1), "line 2 of .*digits.csv is no digit: KeyError"),
    (lambda text: f"{text}{ROW}\n", "line 1799 of .* is no digit: TypeError"),
    (lambda text: f"{text}{ROW},x\n", "line 1799 of .* is no digit: ValueError"),
    (lambda text: f"{text}{ROW},nan\n", "a label is 0 to 9"),
    (lambda text: f"{text}{ROW},10\n", "a label is 0 to 9"),
    (lambda text: f"{text}17{ROW[1:]},1\n", "pixels are 0 to 16"),
    (lambda text: "\n".join(text.splitlines()[:9]), "has no digit 1 to be judged by"),
])
def test_what_is_no_digit_is_refused(change: Callable[[str], str], said: str, folder: Path) -> None:
    (folder / "digits.csv").write_text(change((folder / "digits.csv").read_text()))
    with pytest.raises(UnusableData, match=said):
        load(str(folder))


def test_bad_data_is_a_sentence_and_a_code(places: Places, tmp_path: Path) -> None:
    assert Child(places, data=str(tmp_path / "empty"), **SHORT).wait() == UNUSABLE_DATA
    assert places.messages() == [f"there is no data in {tmp_path / 'empty'}: put a file with pixel_0 to pixel_63 and label there; `export` makes one"]


def test_other_data_does_not_go_on_with_the_checkpoints_of_this(places: Places, folder: Path) -> None:
    assert Child(places, **SHORT).wait() == 0
    header, first, *lines = (folder / "digits.csv").read_text().splitlines()
    (folder / "digits.csv").write_text("\n".join([header, *lines]))
    assert Child(places, data=str(folder), **SHORT).wait() == 65
    assert "dataset was" in places.messages()[-1]


def archive(weights: bytes, about: dict) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, inner in (("model.json", json.dumps(about).encode()), ("weights.npz", weights)):
            member = tarfile.TarInfo(name)
            member.size = len(inner)
            opened.addfile(member, io.BytesIO(inner))
    return packed.getvalue()


def arrays(**named: np.ndarray) -> bytes:
    saved = io.BytesIO()
    np.savez(saved, **named)
    return saved.getvalue()


@pytest.mark.parametrize("packed", [
    b"", b"no archive", gzip.compress(b"no archive"), archive(b"no arrays", {"weightsSha256": "0"}), archive(arrays(), {}),
    archive(arrays(weight=np.array([object()])), {"weightsSha256": "0"}), archive(arrays(weight=np.zeros(1)), {"weightsSha256": "0" * 64}),
], ids=["empty", "text", "gzip", "arrays", "about", "pickle", "changed"])
def test_what_is_no_model_is_not_evaluated(packed: bytes) -> None:
    with pytest.raises(UnusableModel, match="^model.tar.gz (is no model of this program|holds other weights than it says)"):
        unpack_model(packed, "model.tar.gz")


def test_an_evaluation_of_what_is_not_there_is_a_sentence(places: Places, tmp_path: Path) -> None:
    told = ["evaluate", f"--model={tmp_path / 'm' / 'model.tar.gz'}", f"--evaluation={tmp_path / 'e.json'}", "--dataset-uri=s3://our-data/digits"]
    assert Child(places, told=told).wait() == 74
    assert places.messages()[-1].startswith("cannot read ") and not (tmp_path / "e.json").exists()


def test_the_columns_are_the_pixels_of_a_digit() -> None:
    assert (data.PIXELS[0], data.PIXELS[-1], len(data.PIXELS)) == ("pixel_0", "pixel_63", 64)
