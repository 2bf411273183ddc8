"""How text files are laid out, and where they lie."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from suwen.domains.ingest.connector import Options

FileFormat = Literal["auto", "csv", "xlsx", "parquet"]
SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".dat": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".parquet": "parquet"
}  # fmt: skip


class Layout(Options):
    """The layout of one kind of file; what is not given is found out from the file."""

    format: FileFormat = Field(default="auto", description="auto goes by the file's ending.")
    encoding: str = Field(default="auto", description="auto tells UTF-8 (with or without BOM), GB18030 and UTF-16.")
    delimiter: str = Field(default="auto", description="One character; \\t is a tab.")
    quote: str = Field(default='"', max_length=1, description="Empty: nothing is quoted.")
    header: bool | None = Field(default=None, description="Whether the first line names the columns.")
    columns: tuple[str, ...] = Field(default=(), description="Column names of a file without header.")
    null: str = Field(default="", description="Text that stands for no value, e.g. \\N.")
    backslash: bool = Field(default=False, description="Backslash escapes, as in dumps by mysqldump --tab.")


class FilesOptions(Layout):
    """A file or folder; a feed's table is a file name or pattern in it, ``book.xlsx#Sheet`` for a sheet."""

    path: Path
    tables: dict[str, Layout] = Field(
        default_factory=dict[str, Layout], description="Layouts of tables that differ from the rest."
    )
    max_line_bytes: int = Field(default=64 * 2**20, gt=0, description="A longer line fails the batch.")
