"""What can be wrong with a request to the orgs room."""

from collections.abc import Sequence

from suwen.domains.orgs.registering import Problem
from suwen.kernel.errors import Conflict, Forbidden, Invalid


class RegistrationRefused(Invalid):
    """An application is wrong; `errors` names field and reason of each mistake."""

    code = "orgs.registration_refused"
    title = "申请有误"
    title_en = "The application is wrong"

    def __init__(self, problems: Sequence[Problem]) -> None:
        told = [problem.reason for problem in problems]
        super().__init__(
            "；".join(reason.zh for reason in told[:5]),
            detail_en="; ".join(reason.en for reason in told[:5]),
            errors=[
                {"field": problem.field, "message": reason.zh, "message_en": reason.en}
                for problem, reason in zip(problems, told, strict=True)
            ],
        )


class NotAtThisStatus(Conflict):
    """An application cannot do this where it stands; `allowed` says where it can."""

    code = "orgs.not_at_this_status"
    title = "当前状态不能这样做"
    title_en = "Not possible where the application stands"


class OwnApplication(Forbidden):
    """Who wrote or submitted an application may not review it."""

    code = "orgs.own_application"
    title = "审核人不能是申请人"
    title_en = "Who applied may not review"


class NumberTaken(Conflict):
    """Something else was applied for under this number."""

    code = "orgs.number_taken"
    title = "申请编号已用于另一份申请"
    title_en = "The number is taken by another application"


class AlreadyPending(Conflict):
    """Another application for the same thing waits to be reviewed or to take effect."""

    code = "orgs.already_pending"
    title = "同一对象已有待办的申请"
    title_en = "Another application for the same thing is open"
