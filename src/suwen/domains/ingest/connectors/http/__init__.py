"""Web services: REST with JSON, SOAP and other XML, pulled page by page."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from suwen.domains.ingest.connector import Capabilities, Connector, Probe, Reading, ReadRequest, SourceTable
from suwen.domains.ingest.connectors.http.answers import document
from suwen.domains.ingest.connectors.http.fetching import Service
from suwen.domains.ingest.connectors.http.options import Call, HttpOptions
from suwen.domains.ingest.documents.jsonfile import json_records
from suwen.domains.ingest.documents.records import Records, kept
from suwen.domains.ingest.documents.xmlfile import xml_records
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable, SourceUnreadable
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.session import Session, quoted


class HttpConnector(Connector[HttpOptions]):
    """A web service; each table is a declared call, and every value arrives as text, as it was written."""

    name = "http"
    title = "接口抽取（REST、SOAP）"
    title_en = "Web service (REST, SOAP)"
    capabilities = Capabilities(queries=False, incremental=True, stamps=False, typed=False)
    usual = 40
    options_model = HttpOptions

    def test(self, session: Session) -> Probe:
        """Ask for the first page of the first call; without calls, at the address itself."""
        first = next(iter(self.options.tables.values()), None)
        with Service(self.options, lambda: session.stopped) as service:
            return Probe(service.reach(first) if first is not None else service.greet(), len(self.options.tables))

    def tables(self, session: Session) -> tuple[SourceTable, ...]:
        """Return the declared calls."""
        return tuple(SourceTable(name, "call") for name in self.options.tables)

    def columns(self, session: Session, request: ReadRequest) -> tuple[SourceColumn, ...]:
        """Return the declared columns and those of the first page's records."""
        call = self._call(request)
        with Service(self.options, lambda: session.stopped) as service, _folder() as folder:
            first = Records()
            for page in service.pages(call, lambda: 0):
                path = folder / f"{request.table}.{call.records_format}"
                if document(page.answer, call, page.text, path):
                    first = _records(path, call, None, request.first)
                break
        return self._all_columns(request, call, first)

    @contextmanager
    def read(self, session: Session, request: ReadRequest) -> Generator[Reading]:
        """Fetch all pages, then give their records; `Reading.refused` tells what was no record, by page."""
        call = self._call(request)
        if request.since is not None and not call.uses("since"):
            raise InvalidDefinition(
                f"call {request.table} does not use {{since}}, so it cannot be captured since a value",
                received=request.since.column,
            )
        since = request.since.value if request.since is not None else None
        with Service(self.options, lambda: session.stopped, since) as service, _folder() as folder:
            found = Records()
            for page in service.pages(call, lambda: found.met):
                path = folder / f"{request.table}.{page.number}.{call.records_format}"
                if not document(page.answer, call, page.text, path):
                    continue
                left = None if request.first is None else request.first - found.rows
                found.add(_records(path, call, folder, left))
                path.unlink()
                if request.first is not None and found.rows >= request.first:
                    break
            columns = self._all_columns(request, call, found)
            held = found.select() if found.files else f"SELECT 1 AS {quoted('#')} WHERE false"
            values = (
                quoted(c.name) if c.name in found.names else f"NULL::VARCHAR AS {quoted(c.name)}" for c in columns
            )
            sql = f"SELECT {', '.join(values)} FROM ({held}) AS q"  # noqa: S608 - quoted names
            yield Reading(sql, columns, lambda: iter(found.refused))

    def _call(self, request: ReadRequest) -> Call:
        if request.table is None:
            raise InvalidDefinition("a web service is read by table (a declared call), not by query")
        call = self.options.tables.get(request.table)
        if call is None:
            raise SourceUnavailable(
                f"no call {request.table} is declared", received=request.table, allowed=list(self.options.tables)
            )
        return call

    def _all_columns(self, request: ReadRequest, call: Call, found: Records) -> tuple[SourceColumn, ...]:
        names = dict.fromkeys((*call.columns, *found.names))
        if not names:
            raise SourceUnreadable(
                f"call {request.table}: no record came, and no columns are declared", received=request.table
            )
        return request.chosen(tuple(SourceColumn(name, "VARCHAR") for name in names))


def _records(path: Path, call: Call, folder: Path | None, first: int | None) -> Records:
    if call.records_format == "xml":
        return kept(path, xml_records(path, call.record, "utf-8", some=False), folder, first, some=False)
    return kept(path, json_records(path, call.record, "utf-8", path.stat().st_size), folder, first, some=False)


@contextmanager
def _folder() -> Generator[Path]:
    with TemporaryDirectory(prefix="suwen-http-") as folder:
        yield Path(folder)


CONNECTOR = HttpConnector
