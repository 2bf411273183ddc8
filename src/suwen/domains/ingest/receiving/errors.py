"""What can be wrong with what a sender sends; values of records are never repeated."""

from suwen.kernel.errors import Conflict, Invalid, SuwenError


class TooLarge(SuwenError):
    """A request holds more bytes or records than are taken at once; nothing of it was kept."""

    status = 413
    title = "请求过大"
    title_en = "Too large"


class Unreadable(Invalid):
    """What was sent is no message, or its only record is none; nothing was kept. `place` says where."""

    title = "消息无法读取"
    title_en = "Unreadable"


class UnknownTable(Invalid):
    """A source sent records of a table that it does not declare."""

    status = 404
    title = "来源没有声明此表"
    title_en = "Not a table of the source"

    def __init__(self, table: str, known: list[str]) -> None:
        super().__init__("the source declares no such table", received=table, allowed=known)


class NotSent(Conflict):
    """The source is read by the platform; it does not send."""

    title = "该来源不是推送方式"
    title_en = "Not a source that sends"

    def __init__(self, code: str, allowed: list[str]) -> None:
        super().__init__("the connector of this source does not receive", received=code, allowed=allowed)


class MessageIdTaken(Conflict):
    """Another message came under this id."""

    title = "消息编号已用于其他内容"
    title_en = "Message id in use"

    def __init__(self, message_id: str) -> None:
        super().__init__("another message came under this id", received=message_id)
