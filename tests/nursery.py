"""A process that forks children and lets them die: starting an interpreter for each kill would take seconds."""

import os
import subprocess
import sys
from collections.abc import Callable

Child = Callable[[list[str]], str]


class Nursery:
    """Drives a module that calls `serve`."""

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, *words: object) -> int:
        """Return the number that the child answers, or minus the signal that ended it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def serve(child: Child) -> None:
    """Fork a child for each line of the input; print what it returns, or minus the signal that it died of."""
    for line in sys.stdin:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.write(writing, child(line.split()).encode())
            os._exit(0)
        os.close(writing)
        _, status = os.waitpid(process, 0)
        answer = os.read(reading, 100).decode()
        os.close(reading)
        print(answer if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 else -os.WTERMSIG(status), flush=True)
