"""Named SQL functions that every statement may call: long expressions stay out of the statements' trees.

A tree of thousands of nodes takes longer to copy and to print than its statement to run. DuckDB knows the functions
as macros; for Spark a call is replaced by its body.
"""

from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one

from suwen.domains.lake.compose.parse import LakeDialect

_functions: dict[str, "SqlFunction"] = {}


@dataclass(frozen=True)
class SqlFunction:
    """A scalar function of one value: `body` is an expression in DuckDB's dialect over the bare column `parameter`.

    Called with columns and constants; an expression as argument is computed wherever the parameter stands.
    """

    name: str
    parameter: str
    body: str

    def __call__(self, argument: exp.Expr) -> exp.Anonymous:
        """Return a call of the function."""
        return exp.Anonymous(this=self.name, expressions=[argument.copy()])

    def inlined(self, argument: exp.Expr) -> exp.Expr:
        """Return the body with the argument in place of the parameter."""

        def replaced(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and node.name == self.parameter:
                return argument.copy()
            return node

        return exp.paren(_parsed(self.body).copy().transform(replaced, copy=False), copy=False)

    def macro(self) -> str:
        """Return the statement that makes the function known to DuckDB."""
        body = _parsed(self.body).sql(dialect=LakeDialect)
        return f"CREATE OR REPLACE MACRO {self.name}({self.parameter}) AS ({body})"


def register_function(name: str, parameter: str, body: str) -> SqlFunction:
    """Make a function known to all engines; call it where the room is imported.

    name: lower case, `<room>_<what>`. Raises ValueError for a name that has another body already.
    """
    function = SqlFunction(name, parameter, body)
    if _functions.setdefault(name, function) != function:
        raise ValueError(f"SQL function {name!r} is registered twice")
    return function


def registered_functions() -> tuple[SqlFunction, ...]:
    """Return all functions in the order of their registration."""
    return tuple(_functions.values())


def inline(tree: exp.Expr) -> exp.Expr:
    """Replace calls by their bodies, in place; returns the tree. For engines that do not know the functions."""

    def replaced(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and (function := _functions.get(str(node.this).lower())):
            return inline(function.inlined(node.expressions[0]))
        return node

    return tree.transform(replaced, copy=False)


@lru_cache(maxsize=256)
def _parsed(body: str) -> exp.Expr:
    return parse_one(body, read=LakeDialect)
