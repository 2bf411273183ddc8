"""Files: csv, txt, xlsx, json, xml, parquet, single or by pattern in a folder here, on an SFTP server or in S3."""

import json
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
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
from suwen.domains.ingest.connectors.files.layout import SUFFIXES, FileFormat, Layout
from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.choice import ELSEWHERE
from suwen.domains.ingest.connectors.files.places.remote import Found, Remote
from suwen.domains.ingest.documents.jsonfile import json_records
from suwen.domains.ingest.documents.records import Records, kept
from suwen.domains.ingest.documents.scan import BEGINNING
from suwen.domains.ingest.documents.xmlfile import xml_records
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable
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
        for name in self._names():
            sheets: list[str] = []
            if self._format(Path(name), self.options) == "xlsx":
                with self._files(session, ReadRequest(table=name)) as (path,):
                    sheets = sheet.sheets(path)
            found += [SourceTable(f"{name}#{one}", "sheet") for one in sheets] or [SourceTable(name, "file")]
        return tuple(found)

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the columns of all files of the table, by the head of each."""
        with self._files(session, request, head=True) as paths:
            found = [self._columns(session, path, request) for path in paths]
        names: dict[str, SourceColumn] = {}
        for column in (column for columns in found for column in columns):
            names.setdefault(column.name.lower(), column)
        return tuple(names.values())

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Open a read over all files of the table; files with other columns are joined by column name."""
        if request.since is not None:
            raise InvalidDefinition("files have no incremental capture", received=request.since.column)
        layout = self._layout(request)
        selects: list[str] = []
        texts: list[delimited.Delimited] = []
        refused: list[Refused] = []
        mark = f"refused_{uuid.uuid4().hex}"
        with (
            self._files(session, request, head=request.first is not None) as files,
            TemporaryDirectory(prefix="suwen-files-") as folder,
        ):
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
                columns = request.chosen(columns)
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
        if (place := self._remote()) is not None:
            return json.dumps([[one.name, one.stamp] for one in self._there(place, request)])
        stats = [(path.name, path.stat()) for path in self._local(request)]
        return json.dumps([[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats])

    def _columns(self, session: Session, path: Path, request: ReadRequest) -> tuple[SourceColumn, ...]:
        layout = self._layout(request)
        match self._format(path, layout):
            case "parquet":
                return self._parquet_columns(session, path)
            case "xlsx":
                names = sheet.read_sheet(path, _sheet(request))[0].column_names
            case "json" | "xml":
                with TemporaryDirectory(prefix="suwen-files-") as folder:
                    names = self._records(path, layout, Path(folder), request.first).names
            case _:
                names = delimited.peek(path, layout)
        return tuple(SourceColumn(name, "VARCHAR") for name in names)

    def _names(self) -> list[str]:
        """Return the names of the readable files."""
        if (place := self._remote()) is not None:
            names = [found.name for found in place.files()]
            return [name for name in names if Path(name).suffix.lower() in SUFFIXES or len(names) == 1]
        root = self.options.path
        if root.is_file():
            return [root.name]
        if not root.is_dir():
            raise SourceUnavailable("no such file or folder", received=str(root))
        return sorted(path.name for path in root.iterdir() if path.is_file() and path.suffix.lower() in SUFFIXES)

    def _remote(self) -> Remote | None:
        """Return the place of the files where it is not this server."""
        kind = ELSEWHERE.get(self.options.place)
        return kind(self.options) if kind is not None else None

    @contextmanager
    def _files(self, session: Session, request: ReadRequest, *, head: bool = False) -> Generator[list[Path]]:
        """Give the table's files, fetched where they lie elsewhere; head: the beginning of a text file will do."""
        if (place := self._remote()) is None:
            yield self._local(request)
            return
        found, layout = self._there(place, request), self._layout(request)
        with TemporaryDirectory(prefix="files-", dir=session.folder) as folder:
            text = all(self._format(Path(one.name), layout) == "csv" for one in found)
            yield place.fetch(found, Path(folder), BEGINNING + 1 if text and head else None)

    def _there(self, place: Remote, request: ReadRequest) -> tuple[Found, ...]:
        pattern, files = _pattern(request), place.files()
        found = tuple(one for one in files if fnmatchcase(one.name, pattern))
        if not found and len(files) == 1 and files[0].name == self.options.path.name:
            return files
        if not found:
            raise SourceUnavailable(
                f"no file {pattern} in {self.options.path.name}",
                received=pattern,
                allowed=[one.name for one in files][:100],
            )
        return found

    def _local(self, request: ReadRequest) -> list[Path]:
        pattern, root = _pattern(request), self.options.path
        if root.is_file():
            return [root]
        files = sorted(path for path in root.glob(pattern) if path.is_file()) if root.is_dir() else []
        if not files:
            raise SourceUnavailable(f"no file {pattern} in {root.name}", received=pattern, allowed=self._names())
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


def _pattern(request: ReadRequest) -> str:
    """Return the name or pattern of a table's files."""
    if request.table is None:
        raise InvalidDefinition("files are read by table (a file name or pattern), not by query")
    return request.table.partition("#")[0]


def _sheet(request: ReadRequest) -> str | None:
    return (request.table or "").partition("#")[2] or None


CONNECTOR = FilesConnector
