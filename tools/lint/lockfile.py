"""The lock file of the web packages names packages and digests, and no address."""

from collections.abc import Iterator
from pathlib import Path

from tools.lint.rule import Finding

CODE = "SW007"
LOCKFILE = Path("ui/package-lock.json")


def addresses(path: Path, text: str) -> Iterator[Finding]:
    """Yield a finding for each line with an address: a registry's host binds everybody, a funding page is noise."""
    for number, line in enumerate(text.splitlines(), 1):
        if "http://" in line or "https://" in line:
            yield Finding(path, number, CODE, f"an address in the lock file: {line.strip()}")
