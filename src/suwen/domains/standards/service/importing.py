"""Imports official lists as value sets: all or nothing, each mistake named by its row, the next version of the list."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.standards.attributes import ATTRIBUTES, Attribute, AttributeName, described
from suwen.domains.standards.catalog import cyclic
from suwen.domains.standards.definitions import Code, ValueSet
from suwen.domains.standards.errors import AlreadyProposed, UnknownItem
from suwen.domains.standards.repository import StandardsRepository
from suwen.domains.standards.schemas_importing import (
    IMPORT,
    ListColumns,
    ListHeader,
    ListIn,
    ListPreview,
    Renamed,
    ValueSetChanges,
)
from suwen.domains.standards.service.installing import LOCAL, bring_item
from suwen.domains.standards.service.looking import former_item, living_item
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import keep_file, take_file
from suwen.kernel.progress import Progress
from suwen.kernel.uploads import (
    AT_ONCE,
    ERRORS_SHOWN,
    FIRST,
    NO_ROWS,
    Mistake,
    Place,
    lacking,
    mistake,
    read_header,
    read_rows,
    refuse,
    repeats,
    sheets_of,
)
from suwen.kernel.words import Words

SHOWN = 200
LONGEST = 500
"""Characters of a name; a longer one is a cell of another kind."""
_GUESSES: dict[str, tuple[str, ...]] = {
    "code": ("代码", "编码", "code", "主要编码", "手术代码", "诊断编码", "项目代码", "药品代码"),
    "title": ("名称", "name", "title", "含义", "诊断名称", "手术名称", "项目名称", "药品名称", "通用名"),
    "title_en": ("英文名称", "英文名", "title_en", "english"),
    "parent": ("上级代码", "父级代码", "上级", "parent", "上级编码"),
}
_PARENT = Words("上级代码", "Parent")


def header_of(content: bytes, place: Place = FIRST) -> ListHeader:
    """Return a file's header and first rows, and which columns seem to hold what. Raises UnreadableFile."""
    rows = read_rows(content, place)
    header = read_header(rows)
    guessed: dict[str, Any] = {}
    for field, names in _GUESSES.items():
        exact = next((name for name in header if name.lower() in names), None)
        found = exact or next((name for name in header if any(guess in name.lower() for guess in names)), None)
        if found is not None and found not in guessed.values():
            guessed[field] = found
    taken = set(guessed.values())
    guessed["attributes"] = {
        name: found
        for name, attribute in ATTRIBUTES.items()
        if (found := next((each for each in header if each in _called(attribute) and each not in taken), None))
    }
    return ListHeader(sheets=sheets_of(content), header=header, rows=list(islice(rows, 5)), columns=guessed)


@dataclass(frozen=True)
class _Coming:
    """A file that was read, beside what is in force: the codes as they are to become, its rows, its mistakes."""

    living: ValueSet | None
    codes: list[Code]
    rows: int
    errors: list[Mistake]

    @property
    def told(self) -> ListPreview:
        return _told(self.living, self.codes, self.rows, self.errors)


async def preview(uow: UnitOfWork, content: bytes, wanted: ListIn, place: Place = FIRST) -> ListPreview:
    """Return what an import would do and what is wrong with the file; nothing is stored."""
    return (await _look(uow, content, wanted, place)).told


async def import_list(
    uow: UnitOfWork, content: bytes, wanted: ListIn, file_name: str, place: Place = FIRST
) -> ListPreview:
    """Import a list as the next version of its value set; the same list again makes no version.

    A long list is checked, and imported by a job. Raises ImportRefused with row, column and reason of every mistake,
    AlreadyProposed while the set is being revised.
    """
    coming = await _right(uow, content, wanted, place)
    if coming.rows <= AT_ONCE:
        return await _bring(uow, coming, wanted, file_name)
    args = {"wanted": wanted.model_dump(mode="json"), "file_name": file_name, "place": asdict(place)}
    told = coming.told
    told.job_id = uow.defer(IMPORT, {"file": str(await keep_file(uow, content)), **args})
    return told


async def import_kept(
    uow: UnitOfWork, file: UUID, wanted: ListIn, file_name: str, place: Place, progress: Progress
) -> ListPreview:
    """Do what `import_list` left to a job, in one commit. Raises what it does, for the standards may have changed."""
    progress.stage("核对")
    coming = await _right(uow, await take_file(uow, file), wanted, place)
    return await _bring(uow, coming, wanted, file_name, progress)


async def _look(uow: UnitOfWork, content: bytes, wanted: ListIn, place: Place) -> _Coming:
    coming, errors, rows = await to_thread.run_sync(_read, content, wanted.columns, place)
    living = await _living(uow, wanted.code)
    codes = _merged(coming, living, wanted.complete)
    at = {code.code: number for number, code in coming}
    astray = _astray(codes, at, wanted.columns.parent or _PARENT)
    return _Coming(living, codes, rows, _by_row(errors, astray))


async def _right(uow: UnitOfWork, content: bytes, wanted: ListIn, place: Place) -> _Coming:
    if await StandardsRepository(uow.session).open_proposal("value_set", wanted.code) is not None:
        raise AlreadyProposed(f"{wanted.code} 有进行中的修订，先完成或终止它", received=wanted.code)
    coming = await _look(uow, content, wanted, place)
    refuse(coming.errors)
    return coming


async def _bring(
    uow: UnitOfWork, coming: _Coming, wanted: ListIn, file_name: str, progress: Progress | None = None
) -> ListPreview:
    living = coming.living
    item = ValueSet(
        code=wanted.code,
        title=wanted.title,
        title_en=living.title_en if living else "",
        standard=wanted.standard,
        edition=wanted.edition,
        provenance=wanted.provenance or f"Imported from {file_name}",
        items=tuple(coming.codes),
    )
    told = coming.told
    same = living is not None and living.model_dump(exclude={"provenance"}) == item.model_dump(exclude={"provenance"})
    if not same:
        told.version = await bring_item(uow, item, LOCAL, progress)
    return told


async def value_set_changes(uow: UnitOfWork, code: str, former: int, version: int) -> ValueSetChanges:
    """Return what became of a value set's codes between two versions. Raises UnknownItem."""
    before = await former_item(uow, "value_set", code, former)
    after = await former_item(uow, "value_set", code, version)
    if not isinstance(before, ValueSet) or not isinstance(after, ValueSet):
        raise UnknownItem(f"value_set {code}", received=f"{former}, {version}")
    old, new = before.titles, after.titles
    both = old.keys() & new.keys()
    return ValueSetChanges(
        kept=frozenset(each for each in both if old[each] == new[each]),
        renamed={each: (old[each], new[each]) for each in sorted(both) if old[each] != new[each]},
        removed=frozenset(old.keys() - new.keys()),
        added=frozenset(new.keys() - old.keys()),
    )


def _read(content: bytes, columns: ListColumns, place: Place) -> tuple[list[tuple[int, Code]], list[Mistake], int]:
    """Return codes with their row numbers, mistakes, and the number of rows."""
    rows = read_rows(content, place)
    header = read_header(rows)
    wanted = [columns.code, *columns.title, *(each for each in (columns.title_en, columns.parent) if each)]
    wanted += columns.attributes.values()
    if unknown := [name for name in wanted if name not in header]:
        raise lacking(unknown, header)
    at = {name: header.index(name) for name in wanted}
    found: list[tuple[int, Code]] = []
    errors: list[Mistake] = []
    first: dict[str, int] = {}
    count = 0
    for number, row in enumerate(rows, start=place.header_row + 1):
        if not any(text.strip() for text in row):
            continue
        count += 1

        def cell(name: str, row: Sequence[str] = row) -> str:
            return " ".join(row[at[name]].split()) if at[name] < len(row) else ""

        code = cell(columns.code)
        title = " ".join(filter(None, (cell(name) for name in columns.title)))
        wrong = [
            (columns.code, Words("代码为空", "no code")) if not code else None,
            (columns.title[0], Words("名称为空", "no name")) if not title else None,
            (columns.title[0], _too_long(Words("名称", "the name"))) if len(title) > LONGEST else None,
            (columns.code, _doubled(code, first[code])) if code and code in first else None,
        ]
        held: dict[AttributeName, str] = {
            name: value for name, column in columns.attributes.items() if (value := cell(column))
        }
        wrong += [
            (columns.attributes[name], _too_long(Words(ATTRIBUTES[name].title, ATTRIBUTES[name].title_en)))
            for name, value in held.items()
            if len(value) > LONGEST
        ]
        errors += [mistake(number, *each) for each in wrong if each]
        if code and title and code not in first:
            english = cell(columns.title_en) if columns.title_en else ""
            parent = cell(columns.parent) if columns.parent else ""
            named = {"title_en": english or None, "parent": parent or None}
            found.append((number, Code(code=code, title=title, **named, attributes=held)))
        first.setdefault(code, number)
    if not count:
        errors.append(mistake(place.header_row, columns.code, NO_ROWS))
    return found, errors, count


def _merged(coming: Iterable[tuple[int, Code]], living: ValueSet | None, complete: bool) -> list[Code]:
    new = {code.code: code for _, code in coming}
    if complete or living is None:
        return list(new.values())
    return [*({item.code: item for item in living.items} | new).values()]


def _astray(codes: Sequence[Code], rows: dict[str, int], column: Words | str) -> list[Mistake]:
    """Return the mistakes of the hierarchy: parents that are not there, codes that are their own ancestors."""
    known = {code.code for code in codes}
    errors = [
        mistake(rows.get(code.code, 0), column, _no_parent(code.parent))
        for code in codes
        if code.parent and code.parent not in known
    ]
    if circle := cyclic({code.code: code.parent for code in codes if code.parent}):
        told = " → ".join(circle)
        reason = Words(f"上级代码成环：{told}", f"parents in a circle: {told}")
        errors.append(mistake(rows.get(circle[0], 0), column, reason))
    return errors


def _too_long(what: Words) -> Words:
    return Words(f"{what.zh}超过 {LONGEST} 字", f"{what.en} has more than {LONGEST} characters")


def _doubled(code: str, row: int) -> Words:
    again = repeats(row)
    return Words(f"代码 {code} {again.zh}", f"code {code}: {again.en}")


def _no_parent(parent: str) -> Words:
    return Words(f"上级代码 {parent} 不在列表中", f"the list has no {parent}")


def _by_row(*errors: list[Mistake]) -> list[Mistake]:
    return sorted(chain(*errors), key=lambda error: error.row)


def _told(living: ValueSet | None, codes: Sequence[Code], rows: int, errors: list[Mistake]) -> ListPreview:
    old = {item.code: item for item in living.items} if living else {}
    new = {code.code: code for code in codes}
    added = [Renamed(code=code, before="", after=each.title) for code, each in new.items() if code not in old]
    removed = [Renamed(code=code, before=each.title, after="") for code, each in old.items() if code not in new]
    renamed = [
        Renamed(code=code, before=_placed(old[code]), after=_placed(each))
        for code, each in new.items()
        if code in old and _placed(each) != _placed(old[code])
    ]
    return ListPreview(
        rows=rows,
        added=len(added),
        renamed=len(renamed),
        removed=len(removed),
        unchanged=len(new) - len(added) - len(renamed),
        added_codes=added[:SHOWN],
        renamed_codes=renamed[:SHOWN],
        removed_codes=removed[:SHOWN],
        error_count=len(errors),
        errors=errors[:ERRORS_SHOWN],
    )


def _placed(code: Code) -> str:
    placed = f"{code.title}（{code.parent}）" if code.parent else code.title
    return f"{placed} · {described(code.attributes)}" if code.attributes else placed


def _called(attribute: Attribute) -> tuple[str, ...]:
    return attribute.title, attribute.name, *attribute.aliases


async def _living(uow: UnitOfWork, code: str) -> ValueSet | None:
    living = await living_item(uow, "value_set", code)
    return living[0] if living is not None and isinstance(living[0], ValueSet) else None
