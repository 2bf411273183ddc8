"""What can go wrong with job groups."""

from collections.abc import Iterable, Sequence

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownGroup(NotFound):
    """No job group has this id, or one of its members lies outside the caller's institutions."""

    title = "没有此作业组"

    def __init__(self, key: object) -> None:
        super().__init__("no such job group", received=str(key))


class UnknownGroupRun(NotFound):
    """No run of a job group has this id, or one of its members lies outside the caller's institutions."""

    title = "没有此作业组运行记录"

    def __init__(self, key: object) -> None:
        super().__init__("no such run of a job group", received=str(key))


class CyclicGroup(Invalid):
    """Members of a group wait for each other; `received` names them in their order, the first again at the end."""

    title = "作业组成员的依赖成环"

    def __init__(self, circle: Sequence[str]) -> None:
        super().__init__("the members wait for each other: " + " → ".join(circle), received=list(circle))


class InvalidMembers(Invalid):
    """A feed stands twice in a group, or waits for one that is not in it."""

    title = "作业组成员无效"


class GroupRunning(Conflict):
    """A group that runs is not begun again, continued or removed."""

    title = "作业组正在运行"

    def __init__(self, title: str) -> None:
        super().__init__("the group runs", received=title)


class NothingToRetry(Conflict):
    """All members of a run have ended well, or its group was removed since."""

    title = "没有可重试的成员"

    def __init__(self, status: str) -> None:
        super().__init__("a run of which something failed is continued, of a group that is there", received=status)


class FeedInGroups(Conflict):
    """A feed is not removed while it is a member of job groups; `allowed` names them."""

    title = "采集任务仍是作业组的成员"

    def __init__(self, feed: str, groups: Iterable[str]) -> None:
        super().__init__("take the feed out of its groups first", received=feed, allowed=list(groups))
