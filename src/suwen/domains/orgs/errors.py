"""What can be wrong with organisations and with files that bring them."""

from collections.abc import Sequence
from typing import Any

from suwen.kernel.errors import Invalid


class ImportRefused(Invalid):
    """A file has mistakes, so nothing of it was stored; `errors` names row, column and reason of each."""

    code = "orgs.import_refused"
    title = "导入文件有误，未导入任何数据"

    def __init__(self, errors: Sequence[dict[str, Any]], total: int) -> None:
        first = errors[0]
        super().__init__(
            f"共 {total} 处错误，第 {first['row']} 行「{first['column']}」：{first['reason']}",
            errors=list(errors),
            total=total,
        )


class UnreadableFile(Invalid):
    """A file is neither csv nor xlsx, is damaged, or has no header."""

    code = "orgs.unreadable_file"
    title = "无法读取文件"
