"""Why a run ended, and the exit code that says so. Retry on `INTERRUPTED` only: the others end the same way next time."""

FINISHED = 0
BAD_SETTING = 2
UNUSABLE_CHECKPOINTS = 65
UNUSABLE_DATA = 66
STORAGE_FAILED = 74
RUNS_ELSEWHERE = 75
# 128 + SIGTERM: what a container ends with that SIGTERM ended
INTERRUPTED = 143


class TrainingError(Exception):
    """Its text is one sentence for whoever is on call."""

    exit_code = 1


class BadSettings(TrainingError):
    exit_code = BAD_SETTING


class UnusableCheckpoints(TrainingError):
    exit_code = UNUSABLE_CHECKPOINTS


class UnusableData(TrainingError):
    exit_code = UNUSABLE_DATA


class UnusableModel(TrainingError):
    exit_code = UNUSABLE_DATA


class StorageFailed(TrainingError):
    exit_code = STORAGE_FAILED


class RunsElsewhere(TrainingError):
    exit_code = RUNS_ELSEWHERE


class Interrupted(TrainingError):
    """Not a mistake: the machine is wanted back."""

    exit_code = INTERRUPTED
