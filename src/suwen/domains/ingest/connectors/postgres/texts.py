"""The texts that PostgreSQL writes of values, and what DuckDB makes of them."""

from sqlglot import exp

from suwen.domains.ingest.rawtable import SourceColumn, is_nested

# Types whose text is the value itself.
_TEXTS = ("VARCHAR", "UUID", "JSON", "ENUM")


def typed(column: SourceColumn) -> exp.Expr:
    """Return the value of a column from the text that PostgreSQL writes of it."""
    value: exp.Expr = exp.column(exp.to_identifier(column.name, quoted=True))
    kind = column.type.upper()
    if kind == "BLOB":
        # \x0123
        value = exp.func("unhex", exp.func("substr", value, exp.Literal.number(3)))
    elif not kind.startswith(_TEXTS) or is_nested(column.type):
        if kind.startswith(("DATE", "TIMESTAMP")):
            value = exp.func("replace", value, exp.Literal.string(" BC"), exp.Literal.string(" (BC)"))
        value = exp.cast(value, exp.DataType.build(column.type, dialect="duckdb"))
    return exp.alias_(value, column.name, quoted=True)


def listed(text: str) -> str:
    """Return a list as DuckDB writes it: ``{a,"b,c",NULL}`` → ``[a,"b,c",NULL]``."""
    made: list[str] = []
    quoted = escaped = False
    for letter in text:
        if not quoted and letter in "{}":
            made.append("[" if letter == "{" else "]")
        else:
            made.append(letter)
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
    return "".join(made)
