"""Another process that uses an embedded PostgreSQL: tells its url, then holds it until its input ends, or is killed.

`python -m tests.kernel.postgres_user <workspace> [uid]`
"""

import os
import sys
from pathlib import Path

from suwen.kernel.postgres import EmbeddedPostgres

if __name__ == "__main__":
    if len(sys.argv) > 2:
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
    server = EmbeddedPostgres(Path(sys.argv[1]))
    print(server.ensure(), flush=True)
    sys.stdin.read()
    print(server.release(), flush=True)
