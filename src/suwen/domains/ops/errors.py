"""What can go wrong with a backup."""

from suwen.kernel.errors import Conflict, Invalid, NotFound


class FolderTaken(Conflict):
    """A backup is to be written where something is already, or another process is writing it."""

    title = "备份目录已被占用"


class NotABackup(NotFound):
    """The folder holds no finished backup: nothing, something else, or what a killed process left."""

    title = "不是完整的备份"


class BrokenBackup(Invalid):
    """Files of a backup are missing or differ from its list; `faults` names each."""

    title = "备份已损坏"


class NotEmpty(Conflict):
    """A restore wants an empty database and an empty lake, so that nothing is overwritten."""

    title = "还原目标不为空"


class UnknownRevision(Conflict):
    """The backup's tables are of a revision that this product does not know, or that the database is not at."""

    title = "数据库版本不符"


class InterruptedRestore(Conflict):
    """A restore into this installation did not come to its end; the same command again completes it."""

    title = "还原未完成"


class NotAtThisStatus(Conflict):
    """A backup cannot do this where it stands."""

    code = "ops.not_at_this_status"
    title = "当前状态不能这样做"
