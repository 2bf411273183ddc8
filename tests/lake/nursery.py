"""Runs writes of the lake in processes that kill themselves in the middle; started by test_crash.

Reads lines `<folder> <operation> <point>`: a child does the operation and dies by SIGKILL at the given call of a
function, Python's or a library's; point 0 lets it finish. Answers each line with the number of calls it came to.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.lake.operations import OPERATIONS
from tests.lake.samples import open_folder
from tests.nursery import serve

ROOMS = ("suwen/domains/lake", "deltalake")


class Killer:
    """Counts calls made by the lake's code and kills the process at one of them."""

    def __init__(self, point: int) -> None:
        self.point = point
        self.calls = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Count a profile event; see sys.setprofile."""
        if any(room in frame.f_code.co_filename for room in ROOMS):
            self.calls += 1
            if self.calls == self.point:
                os.kill(os.getpid(), signal.SIGKILL)


def child(words: list[str]) -> str:
    """Do one operation under a killer; return the number of calls."""
    folder, operation, point = words
    lake = open_folder(Path(folder))
    lake.snapshot("std.visit")
    killer = Killer(int(point))
    sys.setprofile(killer)
    OPERATIONS[operation](lake)
    sys.setprofile(None)
    return str(killer.calls)


if __name__ == "__main__":
    serve(child)
