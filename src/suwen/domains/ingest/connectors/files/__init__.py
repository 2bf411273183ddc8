"""Files: csv, txt, xlsx, json, xml, parquet, single or by pattern in a folder."""

import json
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from suwen.domains.ingest.connector import (
    Capabilities,
    Connector,
    Probe,
    Reading,
    ReadRequest,
    Refused,
    SourceTable,
)
from suwen.domains.ingest.connectors.files import delimited, sheet
from suwen.domains.ingest.connectors.files.layout import SUFFIXES, FileFormat, FilesOptions, Layout
from suwen.domains.ingest.documents.jsonfile import json_records
from suwen.domains.ingest.documents.records import Records, kept
from suwen.domains.ingest.documents.xmlfile import xml_records
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable, UnknownSourceColumn
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session, SourceError, literal, quoted


class FilesConnector(Connector[FilesOptions]):
    """Files of a folder; every text and sheet column arrives as text, exactly as written."""

    name = "files"
    title = "文件（csv、txt、xlsx、json、xml、parquet）"
    title_en = "Files (csv, txt, xlsx, json, xml, parquet)"
    capabilities = Capabilities(queries=False, incremental=False, stamps=True, typed=False)
    usual = 30
    options_model = FilesOptions

    def test(self, session: Session) -> Probe:
        """Look into the folder."""
        return Probe(str(self.options.path.name), len(self.tables(session)))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return the readable files, sheets by ``book.xlsx#Sheet``."""
        found: list[SourceTable] = []
        for path in self._folder_files():
            names = sheet.sheets(path) if self._format(path, self.options) == "xlsx" else []
            found += [SourceTable(f"{path.name}#{name}", "sheet") for name in names] or [SourceTable(path.name, "file")]
        return tuple(found)

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns of all files of the table, by the head of each."""
        names: dict[str, SourceColumn] = {}
        layout = self._layout(request)
        for path in self._files(request):
            match self._format(path, layout):
                case "parquet":
                    found = self._parquet_columns(session, path)
                case "xlsx":
                    found = tuple(
                        SourceColumn(n, "VARCHAR") for n in sheet.read_sheet(path, _sheet(request))[0].column_names
                    )
                case "json" | "xml":
                    names_of = self._records(path, layout, None, request.first).names
                    found = tuple(SourceColumn(n, "VARCHAR") for n in names_of)
                case _:
                    found = tuple(SourceColumn(n, "VARCHAR") for n in delimited.peek(path, layout))
            for column in found:
                names.setdefault(column.name.lower(), column)
        return tuple(names.values())

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read over all files of the table; files with other columns are joined by column name."""
        if request.since is not None:
            raise InvalidDefinition("files have no incremental capture", received=request.since.column)
        layout, files = self._layout(request), self._files(request)
        selects: list[str] = []
        texts: list[delimited.Delimited] = []
        refused: list[Refused] = []
        mark = f"refused_{uuid.uuid4().hex}"
        with TemporaryDirectory(prefix="suwen-files-") as folder:
            for path in files:
                match self._format(path, layout):
                    case "parquet":
                        self._parquet_columns(session, path)
                        selects.append(f"SELECT * FROM read_parquet({literal(str(path))})")  # noqa: S608
                    case "xlsx":
                        rows, longer = sheet.read_sheet(path, _sheet(request))
                        name = f"sheet_{uuid.uuid4().hex}"
                        session.register(name, rows)
                        selects.append(f"SELECT * FROM {quoted(name)}")  # noqa: S608
                        refused += longer
                    case "json" | "xml":
                        records = self._records(path, layout, Path(folder), request.first)
                        selects.append(records.select())
                        refused += records.refused
                    case _:
                        longest = self.options.max_line_bytes
                        file = delimited.prepare(path, layout, longest, Path(folder), request.first)
                        texts.append(file)
                        selects.append(delimited.select(file, layout, mark))
            sql = " UNION ALL BY NAME ".join(f"({select})" for select in selects)
            columns = session.describe(sql)
            if request.columns is not None:
                columns = _only(columns, request.columns)
                sql = f"SELECT {', '.join(quoted(c.name) for c in columns)} FROM ({sql}) AS q"  # noqa: S608

            def not_rows() -> Iterator[Refused]:
                yield from refused
                if texts:
                    yield from delimited.refusals(session, mark, texts)

            try:
                yield Reading(sql, columns, not_rows)
            except SourceError as error:
                names = ", ".join(path.name for path in files)
                raise SourceUnreadable(f"files {names}: {str(error).splitlines()[0]}", file=names) from error

    def stamp(self, request: ReadRequest) -> str | None:
        """Return names, sizes and times of the table's files."""
        stats = [(path.name, path.stat()) for path in self._files(request)]
        return json.dumps([[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats])

    def _folder_files(self) -> list[Path]:
        root = self.options.path
        if root.is_file():
            return [root]
        if not root.is_dir():
            raise SourceUnavailable("no such file or folder", received=str(root))
        return sorted(p for p in root.iterdir() if p.is_file() and p.suffix.lower() in SUFFIXES)

    def _files(self, request: ReadRequest) -> list[Path]:
        if request.table is None:
            raise InvalidDefinition("files are read by table (a file name or pattern), not by query")
        root = self.options.path
        if root.is_file():
            return [root]
        pattern = request.table.partition("#")[0]
        files = sorted(path for path in root.glob(pattern) if path.is_file()) if root.is_dir() else []
        if not files:
            raise SourceUnavailable(
                f"no file {pattern} in {root.name}",
                received=pattern,
                allowed=[path.name for path in self._folder_files()],
            )
        return files

    def _layout(self, request: ReadRequest) -> Layout:
        return self.options.tables.get(request.table or "", self.options)

    def _format(self, path: Path, layout: Layout) -> FileFormat:
        return SUFFIXES.get(path.suffix.lower(), "csv") if layout.format == "auto" else layout.format

    def _records(self, path: Path, layout: Layout, folder: Path | None, first: int | None) -> Records:
        if self._format(path, layout) == "xml":
            return kept(path, xml_records(path, layout.record, layout.encoding), folder, first)
        return kept(
            path, json_records(path, layout.record, layout.encoding, self.options.max_line_bytes), folder, first
        )

    def _parquet_columns(self, session: Session, path: Path) -> tuple[SourceColumn, ...]:
        try:
            return session.describe(f"SELECT * FROM read_parquet({literal(str(path))})")  # noqa: S608
        except SourceError as error:
            raise SourceUnreadable(
                f"file {path.name} is not readable parquet, perhaps cut off: {str(error).splitlines()[0]}",
                file=path.name,
            ) from error


def _sheet(request: ReadRequest) -> str | None:
    return (request.table or "").partition("#")[2] or None


def _only(columns: tuple[SourceColumn, ...], wanted: tuple[str, ...]) -> tuple[SourceColumn, ...]:
    known = {column.name.lower(): column for column in columns}
    for name in wanted:
        if name.lower() not in known:
            raise UnknownSourceColumn("-", "read", name, [column.name for column in columns])
    return tuple(known[name.lower()] for name in wanted)


CONNECTOR = FilesConnector
