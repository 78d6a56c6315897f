import os

# as __main__.py does; here numpy is loaded before that could
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from pathlib import Path

import pytest

import trainer.run  # noqa: F401  loaded once, for all the forks
from support import LONG, SHORT, Child, Places, result
from trainer.data import load


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.below(tmp_path)


@pytest.fixture(scope="session")
def undisturbed_long(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return _undisturbed(tmp_path_factory, LONG)


@pytest.fixture(scope="session")
def undisturbed_short(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return _undisturbed(tmp_path_factory, SHORT)


def _undisturbed(factory: pytest.TempPathFactory, settings: dict) -> dict:
    load()
    there = Places.below(factory.mktemp("undisturbed"))
    # no checkpoint but the last: what is compared with was never read back from anywhere
    assert Child(there, **{**settings, "checkpoint_every": 1_000_000}).wait() == 0
    return result(there)
