"""What a statement in the log does to a table: in ROW format statements are all that is no change of rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from suwen.domains.ingest.connectors.mysql.log.events import Statement


class Effect(Enum):
    """What a statement means to whoever follows a table."""

    NOTHING = "nothing"
    BEGIN = "a transaction begins"
    COMMIT = "a transaction is complete"
    UNDONE = "a transaction was undone"
    PARTLY_UNDONE = "a part of a transaction was undone"
    EMPTIED = "the table was emptied"
    ALTERED = "the table's columns may be others"
    REPLACED = "other rows stand under the table's name"
    WRITTEN = "rows were changed, and not told one by one"


_TOKEN = re.compile(
    r"/\*(?!!)(?:.|\n)*?\*/|/\*!\d*|\*/|(?:--(?=\s)|\#)[^\n]*|`(?:[^`]|``)*`|\"(?:[^\"\\]|\\.|\"\")*\""
    r"|'(?:[^'\\]|\\.|'')*'|[\w$]+|\S"
)
_COMMENT = re.compile(r"/\*|\*/|--\s|\#")
_DML = frozenset(("INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH"))
_DDL = frozenset(("TRUNCATE", "RENAME", "DROP", "CREATE", "ALTER"))
_FILLERS = frozenset(("TABLE", "TABLES", "IF", "EXISTS", "NOT", "ONLINE", "OFFLINE", "IGNORE", "OR", "REPLACE"))
_PARTITIONS = frozenset(("DROP", "TRUNCATE", "EXCHANGE", "CONVERT"))


@dataclass(frozen=True)
class Followed:
    """A table as statements name it. folds: its server takes no notice of upper and lower case."""

    database: str
    table: str
    folds: bool

    def same(self, database: str, table: str) -> bool:
        """Say whether it is this table."""
        if self.folds:
            return (database.casefold(), table.casefold()) == (self.database.casefold(), self.table.casefold())
        return (database, table) == (self.database, self.table)

    def effect(self, statement: Statement) -> Effect:
        """Return what a statement does to the table, or to the transaction in which it stands."""
        if (known := _TRANSACTION.get(statement.text)) is not None:
            return known
        tokens = _tokens(statement.text[:200])
        first = tokens[0].upper() if tokens else ""
        if first in ("XA", "BEGIN", "START"):
            return Effect.BEGIN if (tokens[1:2] != ["END"] and first != "XA") or _is_start(tokens) else Effect.NOTHING
        if first == "COMMIT":
            return Effect.COMMIT
        if first == "ROLLBACK":
            return Effect.PARTLY_UNDONE if "TO" in map(str.upper, tokens) else Effect.UNDONE
        if first not in _DML | _DDL | {"SET"} or self.database_or_table_not_in(statement):
            return Effect.NOTHING
        tokens = _tokens(statement.text)
        if first == "SET":
            # MariaDB: SET STATEMENT … FOR statement.
            upper = [token.upper() for token in tokens]
            tokens = tokens[upper.index("FOR") + 1 :] if upper[1:2] == ["STATEMENT"] and "FOR" in upper else []
            first = tokens[0].upper() if tokens else ""
        if first in _DML:
            named = any(self.same(self.database, _unquoted(token)) for token in tokens)
            return Effect.WRITTEN if named else Effect.NOTHING
        return self._ddl(first, tokens, statement.database) if first in _DDL else Effect.NOTHING

    def database_or_table_not_in(self, statement: Statement) -> bool:
        """Say whether a statement surely is not about the table."""
        text = statement.text.casefold()
        return self.table.casefold() not in text and self.database.casefold() not in text

    def _ddl(self, first: str, tokens: Sequence[str], database: str) -> Effect:
        upper = [token.upper() for token in tokens]
        if first == "DROP" and upper[1:2] in (["DATABASE"], ["SCHEMA"]):
            gone = _unquoted(tokens[-1] if tokens[-1] != ";" else tokens[-2])
            return Effect.REPLACED if self.same(gone, self.table) else Effect.NOTHING
        if first == "CREATE" and upper[1:4] != ["OR", "REPLACE", "TABLE"]:
            # Of a table that was there it makes nothing; one that was not had been dropped before.
            return Effect.NOTHING
        if first != "TRUNCATE" and "TABLE" not in upper[1:6] and "TABLES" not in upper[1:3]:
            return Effect.NOTHING
        at = 1
        while at < len(upper) and upper[at] in _FILLERS:
            at += 1
        if first == "ALTER":
            return self._altered(tokens, upper, at, database)
        mine = any(self.same(*name) for name in _names(tokens[at:], database))
        if not mine:
            return Effect.NOTHING
        return Effect.EMPTIED if first == "TRUNCATE" else Effect.REPLACED

    def _altered(self, tokens: Sequence[str], upper: Sequence[str], at: int, database: str) -> Effect:
        named = next(iter(_names(tokens[at:], database)), None)
        mine = named is not None and self.same(*named)
        for place, word in enumerate(upper):
            after = upper[place + 1] if place + 1 < len(upper) else ""
            if word == "RENAME" and after not in ("COLUMN", "INDEX", "KEY", "CONSTRAINT"):
                behind = place + 2 if after in ("TO", "AS") else place + 1
                target = next(iter(_names(tokens[behind:], database)), None)
                if mine or (target is not None and self.same(*target)):
                    return Effect.REPLACED
            if (
                word == "TABLE"
                and place > at
                and any(self.same(*name) for name in _names(tokens[place + 1 :], database)[:1])
            ):
                return Effect.REPLACED
            if mine and (
                (word in _PARTITIONS and after == "PARTITION") or (word == "TABLESPACE" and upper[place - 1] != "=")
            ):
                return Effect.REPLACED
        return Effect.ALTERED if mine else Effect.NOTHING


def _tokens(text: str) -> list[str]:
    return [token for token in _TOKEN.findall(text) if not _COMMENT.match(token)]


def _is_start(tokens: Sequence[str]) -> bool:
    return len(tokens) > 1 and tokens[0].upper() == "XA" and tokens[1].upper() in ("START", "BEGIN")


def _unquoted(token: str) -> str:
    if token[0] in '`"' and len(token) > 1:
        return token[1:-1].replace(token[0] * 2, token[0])
    return token


def _names(tokens: Sequence[str], database: str) -> list[tuple[str, str]]:
    """Return the tables that stand in a list or beside each other, with their databases."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(tokens):
        if tokens[at] in ",;()":
            at += 1
            continue
        if tokens[at + 1 : at + 2] == ["."] and at + 2 < len(tokens):
            found.append((_unquoted(tokens[at]), _unquoted(tokens[at + 2])))
            at += 3
        else:
            found.append((database, _unquoted(tokens[at])))
            at += 1
    return found


_TRANSACTION = {
    "BEGIN": Effect.BEGIN,
    "COMMIT": Effect.COMMIT,
    "ROLLBACK": Effect.UNDONE,
}
