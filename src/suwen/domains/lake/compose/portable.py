"""Where the dialects differ beyond what sqlglot translates."""

from sqlglot import exp


def for_spark(tree: exp.Expr) -> exp.Expr:
    """Return the tree with DuckDB forms that Spark writes otherwise."""
    return tree.transform(_for_spark)


def _for_spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Join) and node.kind in ("SEMI", "ANTI") and not node.side:
        node.set("side", "LEFT")
    return node
