"""Writing source tables chunk by chunk: parquet, mysqldump --tab, csv and xlsx."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import pyarrow as pa
import pyarrow.parquet as _parquet

from suwen.app.demo.region.arrays import Text, as_text, pc, vocabulary
from suwen.app.demo.region.schema import SourceSchema, SourceTable

_MANY = {"row", "record", "report", "encounter", "patient", "admission_no", "name", "id_no", "card", "phone", "value"}
_NEEDS_QUOTES = '[",\\r\\n]'
parquet: Any = _parquet  # its stubs leave the writer's arguments unknown


class TableWriter(Protocol):
    """Takes chunks of one table; `close` returns the files written, in order."""

    def write(self, data: pa.Table) -> None:
        """Append rows."""

    def close(self) -> list[Path]:
        """Finish the files."""
        ...


def joined_rows(columns: Sequence[Text], separator: str) -> str:
    """All rows as one text: columns joined by the separator, each row ended by a line feed; no column may hold null."""
    last = pc.binary_join_element_wise(columns[-1], "\n", "")
    rows: Any = pc.binary_join_element_wise(*columns[:-1], last, separator) if len(columns) > 1 else last
    start, end = rows.offset, rows.offset + len(rows)
    offsets = memoryview(rows.buffers()[1]).cast("i")
    return bytes(memoryview(rows.buffers()[2])[offsets[start] : offsets[end]]).decode("utf-8")


def dumped(column: pa.Array[Any]) -> Text:
    r"""A column as mysqldump --tab and PostgreSQL's COPY write it: backslash escapes, \N for null."""
    words: Any = as_text(column)
    if column.type == pa.string() and pc.any(pc.match_substring_regex(words, "[\\\\\t\n\r]")).as_py():
        for char, escape in (("\\", "\\\\"), ("\t", "\\\t"), ("\n", "\\\n")):
            words = pc.replace_substring(words, char, escape)
    return cast(Text, pc.fill_null(words, "\\N"))


def quoted(column: pa.Array[Any]) -> Text:
    """A column of a csv file: quoted where it has to be, nothing for null."""
    words: Any = pc.fill_null(as_text(column), "")
    needs = pc.match_substring_regex(words, _NEEDS_QUOTES)
    if pc.any(needs).as_py():
        wrapped = pc.binary_join_element_wise('"', pc.replace_substring(words, '"', '""'), '"', "")
        words = pc.if_else(needs, wrapped, words)
    return cast(Text, words)


def arrays(data: pa.Table) -> list[pa.Array[Any]]:
    """The columns of a table, each in one piece."""
    return [column.combine_chunks() for column in data.columns]


class ParquetTable:
    """`<table>.parquet`, one row group a chunk; only columns of few values are dictionary-encoded."""

    def __init__(self, folder: Path, table: SourceTable, codes: Collection[str]) -> None:
        self._path = folder / f"{table.name}.parquet"
        self._writer: Any = None
        self._few = [c.name for c in table.columns if (c.form is None and c.what not in _MANY) or c.form in codes]

    def write(self, data: pa.Table) -> None:
        """Append rows."""
        if self._writer is None:
            self._writer = parquet.ParquetWriter(
                self._path, data.schema, compression="snappy", use_dictionary=self._few
            )
        self._writer.write_table(data)

    def close(self) -> list[Path]:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()
        return [self._path] if self._writer is not None else []


def mysql_table(table: SourceTable) -> str:
    """CREATE TABLE of a table in MySQL's words."""
    lines = [
        f"  `{c.name}` {c.type}{' NOT NULL' if c.what == 'row' else ' DEFAULT NULL'} COMMENT '{c.title}'"
        for c in table.columns
    ]
    names = {column.name for column in table.columns}
    keys = [
        f"  KEY `idx_{table.name}_{name}` (`{name}`)"
        for name in dict.fromkeys((table.key, "updated_at"))
        if name in names
    ]
    body = ",\n".join([*lines, "  PRIMARY KEY (`id`)", *keys])
    return f"""-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)
/*!40101 SET NAMES gb18030 */;
DROP TABLE IF EXISTS `{table.name}`;
CREATE TABLE `{table.name}` (
{body}
) ENGINE=InnoDB DEFAULT CHARSET=gb18030 COMMENT='{table.title}';
"""


class DumpTable:
    """`<table>.sql` and `<table>.txt` of `mysqldump --tab`, in gb18030."""

    encoding = "gb18030"

    def __init__(self, folder: Path, table: SourceTable) -> None:
        self._sql, self._txt = folder / f"{table.name}.sql", folder / f"{table.name}.txt"
        self._sql.write_bytes(mysql_table(table).encode(self.encoding))
        self._stream = self._txt.open("wb")

    def write(self, data: pa.Table) -> None:
        """Append rows."""
        if data.num_rows:
            self._stream.write(joined_rows([dumped(c) for c in arrays(data)], "\t").encode(self.encoding))

    def close(self) -> list[Path]:
        """Finish the file."""
        self._stream.close()
        return [self._txt, self._sql]


class CsvTable:
    """A csv file with a header line, CRLF-free, in the encoding the schema names."""

    def __init__(self, folder: Path, table: SourceTable) -> None:
        self._path = folder / table.file
        self._encoding = table.encoding.removesuffix("-sig")
        self._stream = self._path.open("wb")
        head = ("\ufeff" if table.encoding.endswith("-sig") else "") + ",".join(c.name for c in table.columns) + "\n"
        self._stream.write(head.encode(self._encoding))

    def write(self, data: pa.Table) -> None:
        """Append rows."""
        if data.num_rows:
            self._stream.write(joined_rows([quoted(c) for c in arrays(data)], ",").encode(self._encoding))

    def close(self) -> list[Path]:
        """Finish the file."""
        self._stream.close()
        return [self._path]


_BOOK = {  # the least a workbook with one sheet consists of (ECMA-376)
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName='
    '"/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>',
}
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class SheetTable:
    """An xlsx workbook with one sheet of text cells; kept in memory until closed (the clinic is small).

    Written by hand because openpyxl needs a second for 1,500 rows and stamps the time of writing into the file.
    """

    def __init__(self, folder: Path, table: SourceTable) -> None:
        self._path, self._title = folder / table.file, table.title
        self._parts = [_cells([vocabulary([column.name]) for column in table.columns])]

    def write(self, data: pa.Table) -> None:
        """Append rows."""
        if data.num_rows:
            self._parts.append(_cells([as_text(column) for column in arrays(data)]))

    def close(self) -> list[Path]:
        """Write the workbook."""
        sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        sheet += "".join(self._parts) + "</sheetData></worksheet>"
        with zipfile.ZipFile(self._path, "w") as book:
            for name, body in (*_BOOK.items(), ("xl/worksheets/sheet1.xml", sheet)):
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                book.writestr(entry, _XML + body.replace("{title}", self._title), compresslevel=3)
        return [self._path]


def _cells(columns: Sequence[Text]) -> str:
    cells: list[Text] = []
    for column in columns:
        words: Any = column
        for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            words = pc.replace_substring(words, char, name)
        wrapped = pc.binary_join_element_wise('<c t="inlineStr"><is><t>', words, "</t></is></c>", "")
        cells.append(cast(Text, pc.fill_null(wrapped, "<c/>")))
    cells[0] = cast(Text, pc.binary_join_element_wise("<row>", cells[0], ""))
    cells[-1] = cast(Text, pc.binary_join_element_wise(cells[-1], "</row>", ""))
    return joined_rows(cells, "")


def open_writers(folder: Path, source: SourceSchema) -> Mapping[str, TableWriter]:
    """A writer for each table of an institution, under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)

    def one(table: SourceTable) -> TableWriter:
        if source.key == "general":
            return ParquetTable(folder, table, source.codes)
        if source.key == "tcm":
            return DumpTable(folder, table)
        return SheetTable(folder, table) if table.file.endswith(".xlsx") else CsvTable(folder, table)

    return {name: one(table) for name, table in source.tables.items()}
