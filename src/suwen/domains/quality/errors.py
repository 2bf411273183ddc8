"""What can be wrong with a quality request."""

from collections.abc import Iterable

from suwen.kernel.errors import Invalid, NotFound


class UnknownRuleType(NotFound):
    """There is no rule type of that code."""

    code = "quality.unknown_rule_type"
    title = "没有这种规则类型"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no rule type {code!r}", received=code, allowed=sorted(known))


class UnknownRule(NotFound):
    """There is no rule of that code, or it cannot be drilled into."""

    code = "quality.unknown_rule"
    title = "没有这条规则"

    def __init__(self, code: str) -> None:
        super().__init__(f"no rule {code!r}", received=code)


class UnknownResult(NotFound):
    """There is no such result, or it belongs to an institution out of scope."""

    code = "quality.unknown_result"
    title = "没有这条质控结果"

    def __init__(self, result_id: object) -> None:
        super().__init__("no such quality result", received=str(result_id))


class InvalidPeriod(Invalid):
    """A period ends before it begins, or is too long."""

    code = "quality.invalid_period"
    title = "时间范围有误"

    def __init__(self, received: str, allowed: str) -> None:
        super().__init__("invalid period", received=received, allowed=allowed)
