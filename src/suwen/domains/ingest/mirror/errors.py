"""What can go wrong with a mirror."""

from suwen.kernel.errors import Conflict, NotFound


class UnknownMirror(NotFound):
    """No table is mirrored under this id or feed, or it lies outside the caller's institutions."""

    title = "没有此镜像表"

    def __init__(self, key: object) -> None:
        super().__init__("no such mirror", received=str(key))


class MirrorOff(Conflict):
    """A mirror was to be brought up that is switched off in the setting of its source."""

    title = "该镜像表已停用"

    def __init__(self, feed: str) -> None:
        super().__init__("the mirror of this feed is switched off", received=feed)


class MirrorBusy(Conflict):
    """Another worker is bringing this mirror up."""

    retryable = True
    title = "该镜像表正在同步"

    def __init__(self, feed: str) -> None:
        super().__init__("the mirror is being brought up by another worker", received=feed)
