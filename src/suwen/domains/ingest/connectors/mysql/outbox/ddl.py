"""The SQL that a source's administrator runs for a table of changes, and its names."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from suwen.domains.ingest.connectors.mysql.outbox.position import Position
from suwen.domains.ingest.connectors.mysql.server import literal, quoted
from suwen.domains.ingest.connectors.mysql.texts import BINARY, SourceType
from suwen.domains.ingest.ownnames import shortened

ENDS = {"INSERT": "_i", "UPDATE": "_u", "DELETE": "_d"}
"""Events and the ends of the names of their triggers."""


@dataclass(frozen=True)
class Outbox:
    """A table of changes and the table whose changes it holds, each with its database."""

    database: str
    name: str
    of_database: str
    of: str

    @property
    def table(self) -> str:
        """Its quoted name."""
        return quoted(self.database, self.name)

    @property
    def node(self) -> exp.Table:
        """It, as part of a statement."""
        return exp.table_(self.name, db=self.database, quoted=True)

    def trigger(self, event: str) -> str:
        """Return the name of the trigger of an event."""
        return shortened(self.name, ENDS[event])


def table_sql(outbox: Outbox) -> str:
    """Return the making of the table of changes."""
    return (
        f"CREATE TABLE {outbox.table} (\n"
        "  `number` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,\n"
        "  `at` DATETIME(6) NOT NULL,\n"
        "  `op` CHAR(1) NOT NULL,\n"
        "  `before` LONGTEXT NULL,\n"
        "  `after` LONGTEXT NULL\n"
        ") ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;"
    )


def triggers_sql(outbox: Outbox, columns: Sequence[SourceType]) -> str:
    """Return the making of the triggers and of the procedure that tells of them; those that were are made anew."""
    lines: list[str] = []
    images = {"INSERT": ("after",), "UPDATE": ("before", "after"), "DELETE": ("before",)}
    for event, told in images.items():
        trigger = quoted(outbox.database, outbox.trigger(event))
        names = ", ".join(["`at`", "`op`", *(f"`{image}`" for image in told)])
        rows = {"before": "OLD", "after": "NEW"}
        values = ",\n  ".join([f"UTC_TIMESTAMP(6), '{event[0]}'", *(_image(columns, rows[image]) for image in told)])
        lines += [
            f"DROP TRIGGER IF EXISTS {trigger};",
            f"CREATE TRIGGER {trigger} AFTER {event} ON {quoted(outbox.of_database, outbox.of)} FOR EACH ROW\n"
            f"INSERT INTO {outbox.table} ({names}) VALUES (\n  {values});",
        ]
    return "\n".join([*lines, _procedure(outbox, columns)])


def grant_sql(table: str, account: str) -> str:
    """Return the grant of reading a table. account: quoted user and host."""
    return f"GRANT SELECT ON {table} TO {account};"


def execute_sql(outbox: Outbox, account: str) -> str:
    """Return the grant of asking the procedure."""
    return f"GRANT EXECUTE ON PROCEDURE {outbox.table} TO {account};"


def removal_sql(outbox: Outbox) -> str:
    """Return what takes everything off again, first the triggers, so that no writer is harmed."""
    triggers = (f"DROP TRIGGER IF EXISTS {quoted(outbox.database, outbox.trigger(event))};" for event in ENDS)
    own = (f"DROP PROCEDURE IF EXISTS {outbox.table};", f"DROP TABLE IF EXISTS {outbox.table};")
    return "\n".join((*triggers, *own))


def clean_up_sql(outbox: Outbox, position: Position) -> str:
    """Return what deletes the changes that were read. The last of them stays: by it the next read sees that nothing
    was lost, and an older server its next number.
    """
    number = exp.column(exp.to_identifier("number", quoted=True))
    kept = [exp.not_(number.between(gap.low, gap.high)) for gap in position.gaps]
    return f"{exp.delete(outbox.node).where(number < position.top, *kept).sql('mysql')};"


def _image(columns: Sequence[SourceType], row: str) -> str:
    pairs = (f"{literal(column.name)}, {_value(column, f'{row}.{quoted(column.name)}')}" for column in columns)
    return f"JSON_OBJECT({', '.join(pairs)})"


def _value(column: SourceType, value: str) -> str:
    """Return a value as text that depends on no session: JSON would change what is no text."""
    if column.data in BINARY:
        return f"HEX({value})"
    if column.data == "bit":
        return f"HEX({value} + 0)"
    if column.data == "timestamp":
        return f"IF({value} = 0, '0', CONVERT(UNIX_TIMESTAMP({value}) USING utf8mb4))"
    text = f"CONVERT({value} USING utf8mb4)"
    # MariaDB would nest a JSON value, whose text is wanted.
    return f"CONCAT({text}, '')" if column.data in ("json", "longtext") else text


def _procedure(outbox: Outbox, columns: Sequence[SourceType]) -> str:
    """Return the making of the procedure by which an account that may only read sees the triggers: it tells of those
    of this outbox, of what their images hold, and of foreign keys whose cascades fire no trigger.
    """
    told = literal(json.dumps([column.name for column in columns], ensure_ascii=False))
    names = ", ".join(literal(outbox.trigger(event)) for event in ENDS)
    database, table = literal(outbox.of_database), literal(outbox.of)
    return (
        f"DROP PROCEDURE IF EXISTS {outbox.table};\n"  # noqa: S608 - names of the source's own, quoted
        f"CREATE PROCEDURE {outbox.table}() SQL SECURITY DEFINER READS SQL DATA\n"
        f"SELECT 'columns' AS kind, '' AS name, {told} AS told, '' AS made\n"
        "UNION ALL SELECT 'trigger', event_manipulation, '', COALESCE(created, '') FROM information_schema.triggers\n"
        f"  WHERE event_object_schema = {database} AND event_object_table = {table} AND trigger_name IN ({names})\n"
        "UNION ALL SELECT 'cascade', constraint_name, '', '' FROM information_schema.referential_constraints\n"
        f"  WHERE constraint_schema = {database} AND table_name = {table}\n"
        "  AND (update_rule IN ('CASCADE', 'SET NULL') OR delete_rule IN ('CASCADE', 'SET NULL'));"
    )
