"""`python -m trainer`. Imports nothing heavy before the signal handlers stand: loading scikit-learn takes a second, and a
reclaim may come in it."""

import os
import sys

from .interruption import Interruption


def main() -> int:
    interruption = Interruption()
    interruption.listen()
    # one thread: with more, the order of additions, and so the last digits, would follow the number of processors
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from .run import run

    return run(sys.argv[1:], os.environ, interruption)


sys.exit(main())
