"""What can be wrong about persons and identities."""

from uuid import UUID

from suwen.kernel.errors import Conflict, NotFound


class UnknownPerson(NotFound):
    """No such person, or none of its identities is in the caller's scope."""

    title = "没有这个人员，或不在您的数据范围内"

    def __init__(self, person_id: UUID) -> None:
        super().__init__("没有这个人员，或不在您的数据范围内", received=str(person_id))


class UnknownIdentity(NotFound):
    """No such source identity, or it is not in the caller's scope."""

    title = "没有这个来源身份，或不在您的数据范围内"

    def __init__(self, patient_key: str) -> None:
        super().__init__("没有这个来源身份，或不在您的数据范围内", received=patient_key)


class UnknownSuspect(NotFound):
    """No such suspected pair, or it is not in the caller's scope."""

    title = "没有这条疑似记录，或不在您的数据范围内"

    def __init__(self, suspect_id: UUID) -> None:
        super().__init__("没有这条疑似记录，或不在您的数据范围内", received=str(suspect_id))


class AlreadyDecided(Conflict):
    """Somebody else decided this pair first."""

    title = "这条疑似记录已被处理"

    def __init__(self, suspect_id: UUID, verdict: str) -> None:
        super().__init__("这条疑似记录已被处理", received=str(suspect_id), verdict=verdict)


class NothingToSplit(Conflict):
    """A person of one identity cannot be split."""

    title = "该人员只有一个来源身份，不能拆分"

    def __init__(self, person_id: UUID) -> None:
        super().__init__("该人员只有一个来源身份，不能拆分", received=str(person_id))
