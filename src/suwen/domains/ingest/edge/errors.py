"""What can be wrong at a node; told in its log, on its own page, and to the center."""

from suwen.kernel.errors import Conflict, Invalid, Unavailable


class NotEnrolled(Invalid):
    """The folder holds no key of a node yet."""

    title = "前置机尚未注册"
    title_en = "Not enrolled"

    def __init__(self, folder: object) -> None:
        super().__init__("run first: suwen edge enrol --center URL --code CODE", received=str(folder))


class EnrolledAlready(Conflict):
    """The folder is that of a node already."""

    title = "该目录已注册为前置机"
    title_en = "Enrolled already"


class FolderBusy(Conflict):
    """Another process runs the node of this folder."""

    title = "该前置机已在运行"
    title_en = "Already running"


class CenterUnavailable(Unavailable):
    """The center cannot be reached, or what answers is not the center."""

    title = "无法连接中心"
    title_en = "The center does not answer"


class CenterRefused(Conflict):
    """The center took a request for wrong; `detail` is what it says."""

    title = "中心拒绝了请求"
    title_en = "The center refused"


class PortTaken(Conflict):
    """Somebody else listens where the node's own page is to be."""

    title = "端口已被占用"
    title_en = "Port taken"


class NodeOutdated(Conflict):
    """Node and center make digests by different engines, so that nothing could be compared."""

    title = "前置机与中心版本不一致"
    title_en = "Node and center differ in version"

    def __init__(self, received: str, allowed: str) -> None:
        super().__init__(
            "前置机与中心的摘要算法不同，请升级较旧的一方（digests differ: upgrade the older of node and center）",
            received=received,
            allowed=allowed,
        )


class Stopped(Exception):
    """The node is to end; what is not finished is gone on with when it runs again."""
