"""What can be wrong with a standard or with a request for one."""

from collections.abc import Collection, Iterable

from suwen.kernel.errors import Invalid, NotFound, Unavailable


class UnknownDataset(NotFound):
    """There is no dataset of that code."""

    code = "standards.unknown_dataset"
    title = "没有这个数据集"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no dataset {code!r}", received=code, allowed=sorted(known))


class UnknownElement(NotFound):
    """A dataset has no element of that name."""

    code = "standards.unknown_element"
    title = "数据集没有这个数据元"

    def __init__(self, dataset: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"dataset {dataset} has no element {name!r}", received=name, allowed=sorted(known))


class UnknownValueSet(NotFound):
    """There is no value set of that code."""

    code = "standards.unknown_value_set"
    title = "没有这个值域"

    def __init__(self, code: str, known: Iterable[str], where: str = "") -> None:
        super().__init__(f"{where}no value set {code!r}", received=code, allowed=sorted(known))


class InvalidPack(Invalid):
    """A pack breaks the pack format or contradicts itself; names the file and the place in it."""

    code = "standards.invalid_pack"
    title = "标准包有误"

    def __init__(
        self,
        file: str,
        place: str,
        reason: str,
        *,
        received: object = None,
        allowed: Collection[str] | str | None = None,
    ) -> None:
        super().__init__(f"{file}: {place}: {reason}", received=received, allowed=allowed)
        self.file = file
        self.place = place


class StandardsNotInstalled(Unavailable):
    """The database holds no standards yet; they come with the first `install_packs`."""

    code = "standards.not_installed"
    title = "标准尚未载入"

    def __init__(self) -> None:
        super().__init__("no dataset is installed: run install_packs first")
