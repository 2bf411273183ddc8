"""What a lint rule is: a class whose docstring is its text."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule} {self.message}"


@dataclass(frozen=True)
class Module:
    """A parsed source file; ``path`` is relative to the repository."""

    path: Path
    source: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: Path, source: str) -> "Module":
        """Parse ``source`` as the text of ``path``."""
        return cls(path, source, ast.parse(source, str(path)))

    def line(self, number: int) -> str:
        """The text of line ``number`` (1-based), empty past the ends."""
        lines = self.source.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def inside(self, *parts: str) -> bool:
        """Whether the path contains these folder or file names in a row."""
        names = self.path.parts
        return any(names[i : i + len(parts)] == parts for i in range(len(names)))


class Rule:
    """Base of all rules: ``code`` is shown in findings, the docstring is the explanation."""

    code: ClassVar[str]

    def check(self, module: Module) -> Iterator[Finding]:
        """Yield a finding for each breach in ``module``."""
        raise NotImplementedError

    def finding(self, module: Module, node: ast.AST, message: str) -> Finding:
        """A finding of this rule at ``node``."""
        return Finding(module.path, getattr(node, "lineno", 1), self.code, message)


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of names and attributes; calls in the chain count as their function; else empty."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else node.attr
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return ""
