"""The rules of the house that no ready-made linter knows."""

import ast
import re
from collections.abc import Iterator

from tools.lint.rule import Finding, Module, Rule, dotted

IDENTIFIERS = frozenset(
    "patient_name person_name full_name id_no id_number id_card phone mobile contact_phone contact_name address "
    "health_card_no card_no resident_id birth_date password token secret".split()
)
LOG_METHODS = frozenset("debug info warning error exception critical bind".split())
EXECUTORS = frozenset("execute executemany sql query from_query text exec_driver_sql parse_one select stream".split())


class OneClock(Rule):
    """Time is read in ``kernel.clock`` only, so that tests can set it and every stored time is UTC."""

    code = "SW001"
    readers = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"})

    def check(self, module: Module) -> Iterator[Finding]:
        """Find calls that read the wall clock."""
        if module.inside("kernel", "clock.py"):
            return
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                name = ".".join(dotted(node.func).split(".")[-2:])
                if name in self.readers:
                    yield self.finding(module, node, f"{name}() reads the clock: use kernel.clock")


class OneCommit(Rule):
    """A request or a job is one unit of work and commits once, at its end: rooms never commit."""

    code = "SW002"

    def check(self, module: Module) -> Iterator[Finding]:
        """Find ``.commit()`` and ``.rollback()`` on a session inside rooms."""
        if not module.inside("suwen", "domains"):
            return
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = dotted(node.func.value).split(".")[-1]
                if node.func.attr in {"commit", "rollback"} and owner in {"session", "connection", "uow", "work"}:
                    yield self.finding(module, node, f"{owner}.{node.func.attr}(): the unit of work ends itself")


class BoundValues(Rule):
    """A value never becomes SQL text: compose with sqlglot or SQLAlchemy and bind it.

    Where a statement has no place for a parameter (a file name in COPY), quote by
    the engine's own literal builder and say ``# sql: <reason>`` on the line.
    """

    code = "SW003"

    def check(self, module: Module) -> Iterator[Finding]:
        """Find SQL texts put together at run time in the call that runs or parses them."""
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.func, (ast.Attribute, ast.Name))):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in EXECUTORS and self._formatted(node.args[0]) and "# sql:" not in module.line(node.lineno):
                yield self.finding(module, node, f"{name}() gets SQL formatted from values: bind them")

    def _formatted(self, node: ast.expr) -> bool:
        if isinstance(node, ast.JoinedStr):
            return any(isinstance(part, ast.FormattedValue) for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
            return any(
                isinstance(side, ast.Constant) and isinstance(side.value, str) for side in (node.left, node.right)
            )
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "format"
            and isinstance(node.func.value, ast.Constant)
        )


class NoIdentifierInLogs(Rule):
    """A log line names rows by key; names, id numbers, phones and addresses stay out of it."""

    code = "SW004"

    def check(self, module: Module) -> Iterator[Finding]:
        """Find log calls that carry a direct identifier or a text formatted from values."""
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = dotted(node.func.value).split(".")[-1].lower()
            if node.func.attr not in LOG_METHODS or not re.fullmatch(r"_?(log|logger|get_logger)", owner):
                continue
            for keyword in node.keywords:
                if keyword.arg in IDENTIFIERS:
                    yield self.finding(module, node, f"log line carries {keyword.arg}")
            for value in [*node.args, *(keyword.value for keyword in node.keywords)]:
                for part in ast.walk(value):
                    if isinstance(part, ast.Attribute) and part.attr in IDENTIFIERS:
                        yield self.finding(module, node, f"log line carries .{part.attr}")
            if node.args and isinstance(node.args[0], ast.JoinedStr):
                yield self.finding(module, node, "log event is formatted text: pass values as keywords")


class ScopedQueries(Rule):
    """Every query of a repository takes the reader's institution scope.

    A query that is no reader's (a job's, or over rows of no institution) says so with
    ``# unscoped: <reason>`` on the line of its ``def`` or on its class.
    """

    code = "SW005"

    def check(self, module: Module) -> Iterator[Finding]:
        """Find functions in repositories that select rows without a parameter ``scope``."""
        if not module.inside("suwen", "domains") or not any(
            part.startswith("repository") for part in module.path.parts
        ):
            return
        yield from self._visit(module, module.tree.body, excused="# unscoped:" in module.source.split("\n\n")[0])

    def _visit(self, module: Module, body: list[ast.stmt], excused: bool) -> Iterator[Finding]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from self._visit(module, node.body, excused or "# unscoped:" in module.line(node.lineno))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                header = [module.line(n) for n in range(node.lineno, node.body[0].lineno + 1)]
                if excused or any("# unscoped:" in line for line in header):
                    continue
                names = {a.arg for a in [*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs]}
                calls = {dotted(c.func) for c in ast.walk(node) if isinstance(c, ast.Call)}
                if calls & {"select", "sa.select", "sqlalchemy.select"} and "scope" not in names:
                    yield self.finding(module, node, f"{node.name}() selects rows without a scope")


class LakeReadsAreScoped(Rule):
    """A read of the lake says for whom: ``select``, ``stream`` and ``lookup`` get ``scope=``."""

    code = "SW006"

    def check(self, module: Module) -> Iterator[Finding]:
        """Find reads on a name that ends in ``lake`` without the keyword ``scope``."""
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = dotted(node.func.value).split(".")[-1]
            reads = node.func.attr in {"select", "stream", "lookup"} and owner.strip("_") == "lake"
            if reads and not any(keyword.arg in {"scope", None} for keyword in node.keywords):
                yield self.finding(module, node, f"lake.{node.func.attr}() without scope=")


RULES: tuple[type[Rule], ...] = (
    OneClock,
    OneCommit,
    BoundValues,
    NoIdentifierInLogs,
    ScopedQueries,
    LakeReadsAreScoped,
)
