"""One JSON object per line on stdout, which is what CloudWatch Logs Insights reads without being told how."""

import json
import sys


def info(message: str, **fields: object) -> None:
    _write("INFO", message, fields)


def warning(message: str, **fields: object) -> None:
    _write("WARNING", message, fields)


def error(message: str, **fields: object) -> None:
    _write("ERROR", message, fields)


def _write(level: str, message: str, fields: dict) -> None:
    # one write per line, so that a kill leaves no half line in front of the next attempt's first
    sys.stdout.write(json.dumps({"level": level, "message": message, **fields}) + "\n")
    sys.stdout.flush()
