"""Files in a folder, here or on an SFTP server: the whole content each time, put in place only when it is complete."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from suwen.domains.ingest.distribution.content import Content, Sent
from suwen.domains.ingest.distribution.targets.folders import Folder


@dataclass(frozen=True)
class FilesTarget:
    """A file `name.form` in a folder; form: csv (UTF-8, with header), json (a row a line) or parquet.

    `name.position.json` beside it tells the position and the number of rows; it is written after the file.
    """

    folder: Folder
    name: str
    form: str

    def send(self, content: Content, job: str, *, anew: bool) -> Sent:
        """Write the content over what is there, unless that is at its position. Raises TargetUnavailable."""
        told, name = f"{self.name}.position.json", f"{self.name}.{self.form}"
        mark = {"job": job, "position": content.position}
        if not anew and (noted := self.folder.held(told)) is not None and self.folder.has(name):
            held: dict[str, Any] = json.loads(noted)
            if {name: held.get(name) for name in mark} == mark:
                return Sent(rows=int(held["rows"]), unchanged=True)
        with self.folder.making(name) as path:
            rows = self._write(path, content)
        self.folder.write(told, json.dumps({**mark, "rows": rows}))
        return Sent(rows=rows, put=rows)

    def _write(self, path: Path, content: Content) -> int:
        batches = content.batches()
        first = next(batches, None)
        if first is None:
            path.write_bytes(b"")
            return 0
        if self.form == "json":
            return _write_lines(path, first, batches)
        rows = 0
        make: Any = pa_csv.CSVWriter if self.form == "csv" else pq.ParquetWriter
        with make(str(path), first.schema) as writer:
            for batch in _chained(first, batches):
                writer.write_batch(batch)
                rows += batch.num_rows
        return rows


def _write_lines(path: Path, first: pa.RecordBatch, batches: Iterator[pa.RecordBatch]) -> int:
    rows = 0
    with path.open("wb") as file:
        for batch in _chained(first, batches):
            for row in batch.to_pylist():
                file.write(orjson.dumps(row, default=str, option=orjson.OPT_APPEND_NEWLINE))
            rows += batch.num_rows
    return rows


def _chained(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others
