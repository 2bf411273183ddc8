"""What can be wrong with a wish to see data."""

from collections.abc import Iterable

from suwen.kernel.errors import Invalid


class FieldNotOpen(Invalid):
    """A dataset has no such field to filter or sort by: a masked value must not be found by guessing."""

    code = "catalog.field_not_open"
    title = "不能按此字段筛选或排序"

    def __init__(self, field: str, open_fields: Iterable[str]) -> None:
        super().__init__("不能按此字段筛选或排序", received=field, allowed=list(open_fields))
