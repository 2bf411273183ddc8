"""What can be wrong with a standard or with a request for one."""

from collections.abc import Collection, Iterable

from suwen.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class UnknownDataset(NotFound):
    """There is no dataset of that code."""

    code = "standards.unknown_dataset"
    title = "没有这个数据集"
    title_en = "No such dataset"

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no dataset {code!r}", received=code, allowed=sorted(known))


class UnknownElement(NotFound):
    """A dataset has no element of that name."""

    code = "standards.unknown_element"
    title = "数据集没有这个数据元"
    title_en = "The dataset has no such element"

    def __init__(self, dataset: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"dataset {dataset} has no element {name!r}", received=name, allowed=sorted(known))


class UnknownValueSet(NotFound):
    """There is no value set of that code."""

    code = "standards.unknown_value_set"
    title = "没有这个值域"
    title_en = "No such value set"

    def __init__(self, code: str, known: Iterable[str], where: str = "") -> None:
        super().__init__(f"{where}no value set {code!r}", received=code, allowed=sorted(known))


class InvalidPack(Invalid):
    """A pack breaks the pack format or contradicts itself; names the file and the place in it."""

    code = "standards.invalid_pack"
    title = "标准包有误"
    title_en = "The pack has mistakes"

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
    title_en = "The standards are not loaded yet"

    def __init__(self) -> None:
        super().__init__("no dataset is installed: run install_packs first")


class UnknownItem(NotFound):
    """There is no item of that kind and code, or not in that version."""

    code = "standards.unknown_item"
    title = "没有这个标准条目"
    title_en = "No such item of the standards"


class UnknownFormat(NotFound):
    """A specification is not written in that format."""

    code = "standards.unknown_format"
    title = "没有这种格式"
    title_en = "No such format"


class NothingChosen(Invalid):
    """A specification needs at least one dataset."""

    code = "standards.nothing_chosen"
    title = "请至少选择一个数据集"
    title_en = "Choose a dataset at least"


class NotAtThisStage(Conflict):
    """A proposal cannot do this where it stands; `allowed` says at which stages it can."""

    code = "standards.not_at_this_stage"
    title = "当前阶段不能这样做"
    title_en = "Not possible at this stage"


class NotReady(Conflict):
    """A proposal lacks something before it may go on; the detail says what."""

    code = "standards.not_ready"
    title = "还不能进入下一阶段"
    title_en = "Not ready for the next stage"


class OwnDraft(Forbidden):
    """Who began or drafted a proposal may not approve it."""

    code = "standards.own_draft"
    title = "批准人不能是起草人"
    title_en = "Who drafted may not approve"


class AlreadyProposed(Conflict):
    """Somebody is revising this item already."""

    code = "standards.already_proposed"
    title = "此条目已有进行中的修订"
    title_en = "The item is being revised"


class AdoptionRefused(Invalid):
    """A dataset of the catalogue cannot become one of the platform as it was asked for; the detail says all reasons."""

    code = "standards.adoption_refused"
    title = "不能采用为平台数据集"
    title_en = "Cannot be adopted as a dataset of the platform"
