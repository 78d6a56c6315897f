"""Hears SIGTERM. The handler only takes note: the loop asks after each batch, so no batch is ever half done."""

import signal
import threading

# how Batch, ECS and SageMaker ask a container to go; SIGINT is Ctrl-C
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interruption:
    def __init__(self) -> None:
        self._asked = threading.Event()

    def listen(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._take_note)

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleeps, and says whether it was woken by a request to stop."""
        return self._asked.wait(seconds)

    def _take_note(self, _number: int, _frame: object) -> None:
        self._asked.set()
