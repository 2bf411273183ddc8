"""Bytes of a column as text, in whatever character set the server keeps them."""

from collections.abc import Callable
from functools import lru_cache

from suwen.domains.ingest.connectors.mysql.server import Server

Decode = Callable[[bytes], str]
# Each of these codecs was compared with the server's own conversion, code by code.
_CODECS = {
    "utf8": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "gbk": "gbk", "gb2312": "gb2312", "gb18030": "gb18030",
    "ucs2": "utf-16-be", "utf16": "utf-16-be", "utf16le": "utf-16-le", "utf32": "utf-32-be",
}  # fmt: skip
_CHARSETS = """
SELECT id AS id, character_set_name AS name FROM information_schema.collations WHERE character_set_name IS NOT NULL
"""
# MariaDB's newer collations belong to several character sets.
_APPLICABLE = """
SELECT id AS id, character_set_name AS name FROM information_schema.collation_character_set_applicability
WHERE id IS NOT NULL
"""
BINARY = "binary"


class Charsets:
    """The character sets of a server; one that is asked by its name, or by the number of one of its collations."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._names: dict[int, str] | None = None
        self._lengths: dict[str, int] = {}

    def name(self, collation: int) -> str:
        """Return the character set of a collation."""
        if self._names is None:
            self._names = {int(row["id"]): str(row["name"]) for row in self._server.rows(_CHARSETS)}
            known = self._server.rows("SHOW COLUMNS FROM information_schema.collation_character_set_applicability")
            if any(str(row["Field"]).lower() == "id" for row in known):
                self._names |= {int(row["id"]): str(row["name"]) for row in self._server.rows(_APPLICABLE)}
        return self._names[collation]

    def decode(self, name: str) -> Decode | None:
        """Return what makes text of the bytes of a character set; None for bytes that are no text."""
        if name == BINARY:
            return None
        if codec := _CODECS.get(name):
            return lambda value: value.decode(codec, "replace")
        return self._single(name) if self._length(name) == 1 else self._by_server(name)

    def _length(self, name: str) -> int:
        if not self._lengths:
            sql = "SELECT character_set_name AS name, maxlen AS n FROM information_schema.character_sets"
            self._lengths = {str(row["name"]): int(row["n"]) for row in self._server.rows(sql)}
        return self._lengths[name]

    def _single(self, name: str) -> Decode:
        """Return what decodes a set of single bytes, by the server's own table of them."""
        table = {code: self._converted(bytes([code]), name) for code in range(256)}
        return lambda value: "".join(map(table.__getitem__, value))

    def _by_server(self, name: str) -> Decode:
        """Return what has the server decode each value that differs."""

        @lru_cache(maxsize=100_000)
        def decode(value: bytes) -> str:
            return self._converted(value, name)

        return decode

    def _converted(self, value: bytes, name: str) -> str:
        sql = f"SELECT CONVERT(CONVERT(UNHEX(%(value)s) USING {name}) USING utf8mb4) AS t"
        text = self._server.one(sql, {"value": value.hex()})["t"]
        return "" if text is None else str(text)
