"""The stages of an asset's life 资产全生命周期, and the rules by which it passes them."""

from dataclasses import dataclass
from typing import Literal

Stage = Literal["standard", "collection", "mapping", "index", "quality", "use", "retired"]
State = Literal["passed", "held", "waiting", "free", "ended"]
"""held: something stands in the way, told by a hold. waiting: nothing has come yet. free: nothing to do for this asset.
ended: its dataset is retired."""
Hold = Literal[
    "no_feed",
    "nothing_arrived",
    "feed_failed",
    "unmapped",
    "miscoded",
    "unknown_institution",
    "unknown_department",
    "unknown_person",
    "not_judged",
    "low_score",
    "unread",
]
STAGES: tuple[tuple[Stage, str, str], ...] = (
    ("standard", "标准", "Standard"),
    ("collection", "采集", "Collection"),
    ("mapping", "标化", "Mapping"),
    ("index", "主数据与主索引", "Master data, index"),
    ("quality", "质量", "Quality"),
    ("use", "应用", "Use"),
    ("retired", "退役", "Retired"),
)
HOLDS: tuple[tuple[Hold, str, str], ...] = (
    ("no_feed", "没有采集任务", "No feed"),
    ("nothing_arrived", "尚无数据入库", "Nothing has arrived"),
    ("feed_failed", "最近一次采集失败或待确认", "Last run failed or waits"),
    ("unmapped", "术语对照不足", "Terms not mapped"),
    ("miscoded", "代码不在值域内", "Codes outside value sets"),
    ("unknown_institution", "机构未注册", "Institution not registered"),
    ("unknown_department", "科室未注册", "Department not registered"),
    ("unknown_person", "人员未进主索引", "Person not in the index"),
    ("not_judged", "尚未质量评价", "Not judged"),
    ("low_score", "质量得分偏低", "Low quality score"),
    ("unread", "尚无指标或文档使用", "No metric or document reads it"),
)


@dataclass(frozen=True)
class Share:
    """A part of something that is counted: `met` of `of`."""

    met: int = 0
    of: int = 0

    @property
    def percent(self) -> float | None:
        """Return 0 to 100 to two digits, None of nothing."""
        return round(100 * self.met / self.of, 2) if self.of else None

    def below(self, least: float) -> bool:
        """Say whether too little is met, as counted: 94.999 is below 95."""
        return 100 * self.met < least * self.of


@dataclass(frozen=True)
class Facts:
    """What is known of an asset within a scope."""

    retired: bool
    rows: int
    feeds: int
    failing: int
    mapped: Share
    coded: Share
    institution: Share
    department: Share
    person: Share
    checks: int
    score: float | None
    readers: int


@dataclass(frozen=True)
class Least:
    """What an asset must reach: shares and the quality score, 0 to 100."""

    share: float
    score: float


@dataclass(frozen=True)
class Standing:
    """How an asset stands to one stage."""

    stage: Stage
    state: State
    hold: Hold | None = None


def standings(facts: Facts, least: Least) -> list[Standing]:
    """Return how an asset stands to every stage, in their order; the last one only where it is retired."""
    if facts.retired:
        return [*(Standing(stage, "ended") for stage, *_ in STAGES[:-1]), Standing("retired", "passed")]
    found = [Standing("standard", "passed"), _of("collection", _collection(facts))]
    free = not facts.mapped.of and not facts.coded.of
    holds: dict[Stage, Hold | None] = {
        "mapping": _mapping(facts, least),
        "index": _index(facts, least),
        "quality": _quality(facts, least),
        "use": None if facts.readers else "unread",
    }
    for stage, hold in holds.items():
        if not facts.rows:
            found.append(Standing(stage, "waiting"))
        elif stage == "mapping" and free:
            found.append(Standing(stage, "free"))
        else:
            found.append(_of(stage, hold))
    return found


def stands_at(found: list[Standing]) -> Standing:
    """Return where an asset stands: at the first stage that holds it, else at the last."""
    return next((each for each in found if each.state == "held"), found[-1])


def _of(stage: Stage, hold: Hold | None) -> Standing:
    return Standing(stage, "held" if hold else "passed", hold)


def _collection(facts: Facts) -> Hold | None:
    if facts.failing:
        return "feed_failed"
    if facts.rows:
        return None
    return "nothing_arrived" if facts.feeds else "no_feed"


def _mapping(facts: Facts, least: Least) -> Hold | None:
    if facts.mapped.below(least.share):
        return "unmapped"
    return "miscoded" if facts.coded.below(least.share) else None


def _index(facts: Facts, least: Least) -> Hold | None:
    known: tuple[tuple[Share, Hold], ...] = (
        (facts.institution, "unknown_institution"),
        (facts.department, "unknown_department"),
        (facts.person, "unknown_person"),
    )
    return next((hold for share, hold in known if share.below(least.share)), None)


def _quality(facts: Facts, least: Least) -> Hold | None:
    if not facts.checks or facts.score is None:
        return "not_judged"
    return "low_score" if facts.score < least.score else None
