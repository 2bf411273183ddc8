"""``python -m tools.lint [paths]``: print each finding, exit 1 where there is one."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.lint.lockfile import LOCKFILE, addresses
from tools.lint.rule import Finding, Module
from tools.lint.rules import RULES


def run(paths: Sequence[Path]) -> Iterator[Finding]:
    """Check every Python file at or below ``paths``."""
    for root in paths:
        files = [root] if root.is_file() else sorted(root.rglob("*.py"))
        for path in files:
            module = Module.parse(path, path.read_text("utf-8"))
            for rule in RULES:
                yield from rule().check(module)


if __name__ == "__main__":
    findings = list(run([Path(arg) for arg in sys.argv[1:]] or [Path("src"), Path("tools"), Path("bench")]))
    if LOCKFILE.exists():
        findings += addresses(LOCKFILE, LOCKFILE.read_text("utf-8"))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
