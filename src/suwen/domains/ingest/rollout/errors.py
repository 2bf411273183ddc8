"""What can go wrong with templates and rollouts."""

from collections.abc import Iterable

from suwen.kernel.errors import Conflict, Invalid, NotFound


class UnknownTemplate(NotFound):
    """No template has this id."""

    title = "没有此接入模板"

    def __init__(self, key: object) -> None:
        super().__init__("no such template", received=str(key))


class UnknownRollout(NotFound):
    """No institution is brought in under this id, or it lies outside the caller's institutions."""

    title = "没有此机构接入"

    def __init__(self, key: object) -> None:
        super().__init__("no such institution of a rollout", received=str(key))


class UnknownColumns(Invalid):
    """A row or a file has columns that are no parameters of the template."""

    title = "有模板没有的列"

    def __init__(self, columns: Iterable[str], known: Iterable[str]) -> None:
        super().__init__("no such columns", received=sorted(columns), allowed=list(known))


class UnknownParameters(Invalid):
    """A template is to take options as parameters that its connector does not have."""

    title = "连接器没有这些参数"

    def __init__(self, names: Iterable[str], known: Iterable[str]) -> None:
        super().__init__("no such options", received=sorted(names), allowed=sorted(known))


class TemplateInUse(Conflict):
    """A template is not removed while institutions were brought in after it."""

    title = "仍有机构按此模板接入"

    def __init__(self, title: str, institutions: int) -> None:
        super().__init__(f"{institutions} institutions stand after this template", received=title)
