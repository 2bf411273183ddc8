"""What can go wrong with distributions."""

from suwen.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class UnknownDistribution(NotFound):
    """No distribution has this id, or it sends rows of institutions outside the caller's."""

    title = "没有此分发作业"

    def __init__(self, key: object) -> None:
        super().__init__("no such distribution", received=str(key))


class InvalidDistribution(Invalid):
    """A distribution cannot be as it is written; `detail` says what does not fit."""

    title = "分发作业配置无效"


class TargetUnavailable(Unavailable):
    """The target cannot be reached, or went away while it was written to; nothing of the run is there."""

    title = "分发目标不可用"


class TargetRefused(Invalid):
    """The target did not take the rows: a table of other columns, missing rights, a value too long."""

    title = "分发目标拒绝写入"


class DistributionRunning(Conflict):
    """A distribution that runs is not begun again."""

    title = "分发作业正在运行"

    def __init__(self, title: str) -> None:
        super().__init__("the distribution runs", received=title)
