"""What can be said of the image without building it."""

import re

from support import PROGRAM

LINES = re.sub(r"\\\n\s*", "", (PROGRAM / "Dockerfile").read_text()).splitlines()
REQUIREMENTS = [
    line for name in ("requirements.txt", "requirements-test.txt") for line in (PROGRAM / name).read_text().splitlines()
    if not line.startswith(("#", "--requirement"))
]


def of(instruction: str) -> list:
    return [line.split(None, 1)[1] for line in LINES if line.startswith(f"{instruction} ")]


def test_every_stage_has_the_base_that_can_be_pinned() -> None:
    assert [line.split()[0] for line in of("FROM")] == ["${PYTHON_IMAGE}", "${PYTHON_IMAGE}"]
    image = dict(line.split("=", 1) for line in of("ARG"))["PYTHON_IMAGE"]
    assert re.search(r":3\.\d+-[a-z-]+$", image) and "latest" not in image


def test_it_does_not_run_as_root() -> None:
    assert of("USER") == ["65532:65532"]
    assert LINES.index("USER 65532:65532") > max(number for number, line in enumerate(LINES) if line.startswith(("RUN", "COPY")))


def test_signals_reach_the_program() -> None:
    assert of("ENTRYPOINT") == ['["/opt/venv/bin/python", "-m", "trainer"]']
    assert of("CMD") == []


def test_nothing_is_fetched_but_pinned_packages() -> None:
    assert not re.search(r"curl|wget|apt|ADD|https?:", "\n".join(of("RUN") + of("COPY") + of("ADD")))
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+( ; python_version (<|>=) \"3\.\d+\")?", line) for line in REQUIREMENTS)
    assert any("--no-deps --only-binary :all:" in line for line in of("RUN"))
