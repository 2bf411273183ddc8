"""The rules that an installation begins with 默认告警规则: on all feeds, once each, people's afterwards."""

from dataclasses import dataclass

from suwen.domains.ingest.watching.alarms.kinds import KINDS
from suwen.domains.ingest.watching.alarms.models import AlarmRule
from suwen.domains.ingest.watching.alarms.repository import AlarmRepository
from suwen.kernel.database import UnitOfWork


@dataclass(frozen=True)
class Default:
    """A rule of a kind, with the kind's own threshold. code: by which it is known, whatever becomes of it."""

    code: str
    title: str
    severity: str


DEFAULTS = (
    Default("silence", "24 小时无数据", "warning"),
    Default("failures", "连续失败 3 次", "critical"),
    Default("volume", "日数据量偏离同星期均值 3σ", "warning"),
    Default("latency", "延迟 p95 超过 1 小时", "notice"),
    Default("quarantine", "隔离占比超过 10%", "warning"),
    Default("drift", "源表结构变化", "warning"),
    Default("receiver", "接收中断，或 48 小时无消息", "critical"),
)


async def install_alarm_rules(uow: UnitOfWork) -> int:
    """Make the rules that this installation was never given; returns how many.

    One that somebody has changed, switched off or removed stays so.
    """
    repository = AlarmRepository(uow.session)
    given = await repository.given()
    missing = [one for one in DEFAULTS if one.code not in given]
    for one in missing:
        kind = KINDS[one.code]
        repository.add(
            AlarmRule(
                title=one.title,
                kind=kind.code,
                threshold=kind.default,
                weeks=8,
                severity=one.severity,
                default=one.code,
            )
        )
    await uow.session.flush()
    return len(missing)
