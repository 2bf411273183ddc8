"""The front database 前置库: the tables into which a hospital puts its rows, as statements for its kind of database."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    MetaData,
    Numeric,
    Table,
    Unicode,
    UnicodeText,
    func,
)
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable, SetColumnComment, SetTableComment
from sqlalchemy.types import TypeEngine

from suwen.domains.ingest.schemes.errors import UnknownDialect
from suwen.domains.standards.public import Dataset, Element

WRITTEN = "suwen_written_at"
"""When a row was written or changed; by it the rows are collected."""
KEY_CHARACTERS = 190
"""Length of a key column whose element has none: the longest that every kind of database takes into an index."""
MOST_CHARACTERS = 500
"""Longer texts have no length: the rows of some kinds of database may not be as wide as all their columns."""
_DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "postgres": lambda: postgresql.dialect(paramstyle="named"),
    "mysql": lambda: mysql.dialect(paramstyle="named"),
    "sqlserver": lambda: mssql.dialect(paramstyle="named", deprecate_large_types=True),
    "oracle": lambda: oracle.dialect(paramstyle="named"),
    # Dameng takes the statements of Oracle.
    "dm": lambda: oracle.dialect(paramstyle="named"),
}
DIALECTS = tuple(_DIALECTS)
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "integer": BigInteger(),
    "int": BigInteger(),
    "double": Double(),
    "date": Date(),
    "datetime": DateTime().with_variant(mssql.DATETIME2(), "mssql").with_variant(oracle.TIMESTAMP(), "oracle"),
    "boolean": Boolean(),
}


def front_database(datasets: Iterable[Dataset], dialect: str) -> str:
    """Return the statements that make the tables of standard datasets, with their Chinese names as comments.

    Beside its elements a table has `suwen_written_at`, indexed, by which the rows are collected. Raises UnknownDialect.
    """
    if dialect not in _DIALECTS:
        raise UnknownDialect(dialect, DIALECTS)
    made = _DIALECTS[dialect]()
    statements = [text for dataset in datasets for text in _statements(_table(dataset, dialect), made)]
    closed = "\nGO\n" if dialect == "sqlserver" else ";\n"
    return "".join(f"{statement.strip()}{closed}\n" for statement in statements)


def _table(dataset: Dataset, dialect: str) -> Table:
    columns = [
        Column(
            element.name,
            _type(element, key=element.name in dataset.key),
            primary_key=element.name in dataset.key,
            autoincrement=False,
            comment=_comment(element),
        )
        for element in dataset.elements
    ]
    written = Column(
        WRITTEN, DateTime(), nullable=False, server_default=func.current_timestamp(), comment="写入或修改时间"
    )
    # SQL Server keeps comments by schema.
    schema = "dbo" if dialect == "sqlserver" else None
    table = Table(dataset.code, MetaData(), *columns, written, schema=schema, comment=dataset.title)
    Index(f"ix_{dataset.code}_written", written)
    return table


def _type(element: Element, *, key: bool) -> TypeEngine[Any]:
    if element.type == "decimal":
        return Numeric(element.precision or 18, element.scale if element.scale is not None else 4)
    if element.type in _TYPES:
        return _TYPES[element.type]
    if key:
        return Unicode(min(element.length or KEY_CHARACTERS, KEY_CHARACTERS))
    if element.length is None or element.length > MOST_CHARACTERS:
        return UnicodeText()
    return Unicode(element.length)


def _comment(element: Element) -> str:
    told = [element.title, element.de, element.format, f"值域 {element.value_set}" if element.value_set else None]
    return "，".join(one for one in (*told, "必填" if element.required else None) if one)


def _statements(table: Table, dialect: Dialect) -> list[str]:
    found: list[Any] = [CreateTable(table)]
    if not dialect.inline_comments:
        found += [SetTableComment(table), *(SetColumnComment(column) for column in table.columns)]
    found += [CreateIndex(index) for index in table.indexes]
    return [str(one.compile(dialect=dialect)) for one in found]
