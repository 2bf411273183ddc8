"""A source's declared structure, put together from the rows of its catalogue."""

from collections.abc import Iterable

from suwen.domains.ingest.connector import ForeignKey, Structure, TableStructure

Row = tuple[object, ...]


def assemble(
    comments: Iterable[Row] = (),
    primary: Iterable[Row] = (),
    foreign: Iterable[Row] = (),
    types: Iterable[Row] = (),
) -> Structure:
    """Return a structure from catalogue rows.

    comments: table, column (None or empty: the table itself), text. primary: table, column, in the key's order.
    foreign: table, constraint, column, other table, other column, in the key's order. types: table, column, type.
    """
    of_table: dict[str, str] = {}
    of_column: dict[str, dict[str, str]] = {}
    for table, column, text in comments:
        if not text:
            continue
        if column:
            of_column.setdefault(str(table), {})[str(column)] = str(text)
        else:
            of_table[str(table)] = str(text)
    keys: dict[str, list[str]] = {}
    for table, column in primary:
        keys.setdefault(str(table), []).append(str(column))
    parts: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for table, constraint, column, other, target in foreign:
        parts.setdefault((str(table), str(constraint), str(other)), []).append((str(column), str(target)))
    references: dict[str, list[ForeignKey]] = {}
    for (table, _, other), pairs in parts.items():
        columns, targets = zip(*pairs, strict=True)
        references.setdefault(table, []).append(ForeignKey(columns, other, targets))
    typed: dict[str, dict[str, str]] = {}
    for table, column, type_ in types:
        typed.setdefault(str(table), {})[str(column)] = str(type_)
    names = {*of_table, *of_column, *keys, *references, *typed}
    return Structure(
        {
            name: TableStructure(
                of_table.get(name, ""),
                of_column.get(name, {}),
                tuple(keys.get(name, ())),
                tuple(references.get(name, ())),
                typed.get(name, {}),
            )
            for name in names
        }
    )
