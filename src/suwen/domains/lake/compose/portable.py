"""Where the dialects differ beyond what sqlglot translates."""

from sqlglot import exp


def for_spark(tree: exp.Expr) -> exp.Expr:
    """Change DuckDB forms that Spark writes or types otherwise, in place; returns the tree."""
    return tree.transform(_for_spark, copy=False)


def _for_spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Join) and node.kind in ("SEMI", "ANTI") and not node.side:
        node.set("side", "LEFT")
    if isinstance(node, exp.DateTrunc | exp.TimestampTrunc) and not _cast_already(node):
        # Spark gives a moment with zone here, whatever it was given.
        return exp.cast(node, "TIMESTAMP_NTZ", dialect="spark")
    if isinstance(node, exp.Anonymous) and str(node.this).upper() == "HASH":
        # Spark's own HASH has 32 bits.
        return exp.Anonymous(this="XXHASH64", expressions=node.expressions)
    return node


def _cast_already(node: exp.Expr) -> bool:
    return isinstance(node.parent, exp.Cast) and node.parent.this is node
