"""A process that forks children and lets them die: starting an interpreter for each kill would take seconds."""

import atexit
import inspect
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

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


@lru_cache
def nursery_of(module: str) -> Nursery:
    """Return the nursery of a module that all tests of this process share."""
    started = Nursery(module)
    atexit.register(started.close)
    return started


class Killer:
    """Counts the moments before and after each commit, and kills the process at one of them."""

    def __init__(self, point: int) -> None:
        self.point, self.moments = point, 0

    def moment(self) -> None:
        """Count a moment."""
        self.moments += 1
        if self.moments == self.point:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """Count what comes before and after a function's work."""
        real = getattr(owner, name)

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            self.moment()
            result = await real(*args, **kwargs)
            self.moment()
            return result

        def called(*args: Any, **kwargs: Any) -> Any:
            self.moment()
            result = real(*args, **kwargs)
            self.moment()
            return result

        setattr(owner, name, awaited if inspect.iscoroutinefunction(real) else called)


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
