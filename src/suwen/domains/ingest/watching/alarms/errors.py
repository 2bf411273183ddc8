"""What can go wrong with alarms."""

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownAlarm(NotFound):
    """No alarm has this id, or it lies outside the caller's institutions."""

    title = "没有此告警"
    title_en = "No such alarm"

    def __init__(self, key: object) -> None:
        super().__init__("no such alarm", received=str(key))


class AlarmCleared(Conflict):
    """An alarm was acknowledged whose condition is gone already."""

    title = "该告警已恢复"
    title_en = "The alarm has cleared already"

    def __init__(self, key: object) -> None:
        super().__init__("the alarm has cleared already", received=str(key))


class InvalidRule(Invalid):
    """A rule cannot work: its threshold does not fit its kind, or its feed is none of its source."""

    title = "告警规则无效"
    title_en = "The alarm rule cannot work"
