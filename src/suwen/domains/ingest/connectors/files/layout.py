"""How text files are laid out."""

from typing import Annotated, Literal

from pydantic import Field

from suwen.domains.ingest.connector import Options
from suwen.kernel.resources import Column

FileFormat = Literal["auto", "csv", "xlsx", "parquet", "json", "xml"]
SUFFIXES: dict[str, FileFormat] = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".dat": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".parquet": "parquet",
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".xml": "xml",
}  # fmt: skip


class Layout(Options):
    """The layout of one kind of file; what is not given is found out from the file."""

    format: Annotated[
        FileFormat,
        Column("格式", "Format", help="auto 按文件扩展名。"),
        Field(description="auto goes by the file's ending."),
    ] = "auto"
    record: Annotated[
        str,
        Column(
            "记录路径",
            "Record path",
            help="json：到记录列表的成员名，以点相连，如 data.rows；xml：根以下到记录的元素名，以斜杠相连，"
            "如 visits/visit；空为整个列表或每行一条、根的每个子元素；xml 填 . 为整个文档一条。",
        ),
        Field(
            description="json: members down to the list of records, joined by dots; xml: elements below the root down "
            "to the record, joined by slashes, '.' for the whole document. Empty: the list itself or a record a line; "
            "every child of the root."
        ),
    ] = ""
    encoding: Annotated[
        str,
        Column("编码", "Encoding", help="auto 自动识别 UTF-8、GB18030 和 UTF-16；xml 以其声明为准。"),
        Field(description="auto tells UTF-8 (with or without BOM), GB18030 and UTF-16; XML goes by its declaration."),
    ] = "auto"
    delimiter: Annotated[
        str,
        Column("分隔符", "Delimiter", help="一个字符；\\t 为制表符；auto 自动识别。"),
        Field(description="One character; \\t is a tab."),
    ] = "auto"
    quote: Annotated[
        str,
        Column("引号", "Quote", help="空为不用引号。"),
        Field(max_length=1, description="Empty: nothing is quoted."),
    ] = '"'
    header: Annotated[
        bool | None,
        Column(
            "首行为列名",
            "First line names columns",
            kind="select",
            help="不选则自动识别。",
            options=(("true", "是", "Yes"), ("false", "否", "No")),
        ),
        Field(description="Found out from the file where it is not chosen."),
    ] = None
    columns: Annotated[
        tuple[str, ...],
        Column("列名", "Columns", help="文件没有列名行时，依次填写。"),
        Field(description="Column names of a file without header."),
    ] = ()
    null: Annotated[
        str,
        Column("空值写法", "Null text", help="代表没有值的文字，如 \\N。"),
        Field(description="Text that stands for no value, e.g. \\N."),
    ] = ""
    backslash: Annotated[
        bool,
        Column("反斜杠转义", "Backslash escapes", help="如 mysqldump --tab 导出的文件。"),
        Field(description="Backslash escapes, as in dumps by mysqldump --tab."),
    ] = False
