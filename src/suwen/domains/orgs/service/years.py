"""Institutions and divisions year by year: copied, corrected by file, compared; statistics of a year use its copy."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from anyio import to_thread

from suwen.domains.orgs.divisions import level_of, parent_of
from suwen.domains.orgs.importing import OUT_OF_SCOPE, labels_of, read_forms
from suwen.domains.orgs.repository.organisations import OrgsRepository
from suwen.domains.orgs.repository.years import DIVISION_FIELDS, Values, YearKind, YearRepository
from suwen.domains.orgs.schemas import DivisionRow, InstitutionIn, InstitutionRow
from suwen.domains.orgs.schemas_years import (
    Change,
    CopyIn,
    DivisionIn,
    FieldChange,
    StatisticsLine,
    YearDifference,
    YearDifferences,
    YearOut,
    YearReport,
    YearStatistics,
)
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Conflict, Forbidden, NotFound
from suwen.kernel.resources import declared
from suwen.kernel.scope import Scope
from suwen.kernel.tabular import table_file
from suwen.kernel.uploads import FIRST, NO_ROWS, Mistake, Place, mistake, refuse, repeats
from suwen.kernel.words import Words

KEYS: Mapping[YearKind, str] = {"institutions": "org_code", "divisions": "code"}
Grouping = Literal["level", "category_code", "division_code"]


class NoSuchYear(NotFound):
    """There is no copy of that year."""

    code = "orgs.no_such_year"
    title = "没有这一年的数据"
    title_en = "No data of that year"


class YearTaken(Conflict):
    """The year has a copy already; only `replace` puts another in its place."""

    code = "orgs.year_taken"
    title = "这一年已有数据"
    title_en = "The year has data already"


async def years(uow: UnitOfWork, scope: Scope) -> list[YearOut]:
    """Return the years that have a copy of something, newest first."""
    counts = await YearRepository(uow.session).counts(scope)
    known = sorted({*counts["institutions"], *counts["divisions"]}, reverse=True)
    return [
        YearOut(year=year, institutions=counts["institutions"].get(year, 0), divisions=counts["divisions"].get(year, 0))
        for year in known
    ]


async def copy_year(uow: UnitOfWork, scope: Scope, kind: YearKind, wanted: CopyIn) -> YearReport:
    """Make a year's copy of another year, or of the register. Raises YearTaken, NoSuchYear, Forbidden."""
    if scope.orgs is not None:
        raise Forbidden("年度复制须有全部机构的数据范围")
    repository = YearRepository(uow.session)
    former = await _rows(uow, scope, kind, wanted.year)
    if former and not wanted.replace:
        raise YearTaken(f"{wanted.year} 年已有 {len(former)} 条", received=wanted.year)
    if wanted.before is None and kind == "institutions":
        await repository.replace_institutions(scope, wanted.year, [])
        await repository.copy_register(wanted.year)
    else:
        rows = await _known(uow, scope, kind, wanted.before or wanted.year - 1)
        await _replace(repository, scope, kind, wanted.year, rows)
    return _report(wanted.year, kind, former, await _rows(uow, scope, kind, wanted.year))


async def import_year(
    uow: UnitOfWork, scope: Scope, kind: YearKind, year: int, content: bytes, place: Place = FIRST, *, preview: bool
) -> YearReport:
    """Make a file a year's copy, as far as the scope reaches, or say what that would do; all or nothing.

    What the file leaves out is not of that year. Raises UnreadableFile, ImportRefused with row, column and reason.
    """
    if kind == "divisions":
        if scope.orgs is not None:
            raise Forbidden("行政区划不属于某一机构，须有全部机构的数据范围")
        rows = await to_thread.run_sync(_divisions, content, place)
    else:
        rows = await to_thread.run_sync(_institutions, content, scope, place)
    former = await _rows(uow, scope, kind, year)
    if not preview:
        await _replace(YearRepository(uow.session), scope, kind, year, rows)
    return _report(year, kind, former, rows)


async def differences(
    uow: UnitOfWork,
    scope: Scope,
    kind: YearKind,
    before: int,
    after: int,
    change: Change | None = None,
    page: int = 1,
    page_size: int = 50,
) -> YearDifferences:
    """Return how two years differ, one page of the rows. Raises NoSuchYear."""
    old, new = await _known(uow, scope, kind, before), await _known(uow, scope, kind, after)
    found = await to_thread.run_sync(lambda: list(_different(kind, old, new)))
    counts = {each: sum(one.change == each for one in found) for each in ("added", "removed", "changed")}
    shown = [one for one in found if change is None or one.change == change]
    start = (page - 1) * page_size
    return YearDifferences(
        **counts,
        unchanged=len(new) - counts["added"] - counts["changed"],
        items=shown[start : start + page_size],
        total=len(shown),
        page=page,
        page_size=page_size,
    )


async def differences_file(
    uow: UnitOfWork, scope: Scope, kind: YearKind, before: int, after: int, format: str
) -> Iterator[bytes]:
    """Return how two years differ as a file: a line for each field. Raises NoSuchYear."""
    old, new = await _known(uow, scope, kind, before), await _known(uow, scope, kind, after)
    words = {"added": "新增", "removed": "减少", "changed": "变更"}
    lines = (
        [one.code, one.name, words[one.change], field.label, field.before, field.after]
        for one in _different(kind, old, new)
        for field in (one.fields or [FieldChange(field="", label="", label_en="", before=None, after=None)])
    )
    header = ["代码", "名称", "变化", "项目", str(before), str(after)]
    return table_file(format, f"{before}-{after}", header, lines)


async def statistics(uow: UnitOfWork, scope: Scope, year: int, by: Grouping) -> YearStatistics:
    """Return institutions and beds of a year by level, category or county, of the active ones of that year's copy."""
    copied = bool(await YearRepository(uow.session).institutions(scope, year))
    rows = [row for row in await institutions_of(uow, scope, year) if row.active]
    groups: dict[str, list[InstitutionIn]] = {}
    for row in rows:
        value = getattr(row, by) or ""
        groups.setdefault(value[:6] if by == "division_code" else value, []).append(row)
    return YearStatistics(
        year=year,
        copied=copied,
        institutions=len(rows),
        beds=sum(row.beds or 0 for row in rows),
        lines=[
            StatisticsLine(group=group, institutions=len(some), beds=sum(row.beds or 0 for row in some))
            for group, some in sorted(groups.items())
        ],
    )


async def institutions_of(uow: UnitOfWork, scope: Scope, year: int | None) -> list[InstitutionIn]:
    """Return the institutions of a year's copy; of the register as it stands, when the year has none."""
    if year is not None:
        copies = await YearRepository(uow.session).institutions(scope, year)
        if copies:
            return [InstitutionIn.model_construct(**copy) for copy in copies]
    found = await OrgsRepository(uow.session).institutions(scope)
    return [InstitutionRow.model_validate(row, from_attributes=True) for row in found]


async def _rows(uow: UnitOfWork, scope: Scope, kind: YearKind, year: int) -> list[Values]:
    repository = YearRepository(uow.session)
    return await (repository.divisions(year) if kind == "divisions" else repository.institutions(scope, year))


async def _known(uow: UnitOfWork, scope: Scope, kind: YearKind, year: int) -> list[Values]:
    rows = await _rows(uow, scope, kind, year)
    if not rows:
        counts = await YearRepository(uow.session).counts(scope)
        raise NoSuchYear("没有这一年的数据", received=year, allowed=[str(each) for each in sorted(counts[kind])])
    return rows


async def _replace(repository: YearRepository, scope: Scope, kind: YearKind, year: int, rows: Sequence[Values]) -> None:
    if kind == "divisions":
        await repository.replace_divisions(year, rows)
    else:
        await repository.replace_institutions(scope, year, rows)


def _institutions(content: bytes, scope: Scope, place: Place) -> list[Values]:
    found: dict[str, Values] = {}
    errors: list[Mistake] = []
    label = labels_of(InstitutionIn)["org_code"]
    for number, form in read_forms(content, InstitutionIn, place):
        if form.org_code in found:
            errors.append(mistake(number, label, Words("重复", "given twice")))
        if not scope.allows(form.org_code):
            errors.append(mistake(number, label, OUT_OF_SCOPE))
        found[form.org_code] = form.model_dump()
    refuse(errors or _nothing(found))
    return list(found.values())


def _divisions(content: bytes, place: Place) -> list[Values]:
    names: dict[str, tuple[int, str]] = {}
    errors: list[Mistake] = []
    label = labels_of(DivisionIn)["code"]
    for number, form in read_forms(content, DivisionIn, place):
        if form.code in names:
            errors.append(mistake(number, label, repeats(names[form.code][0])))
        names[form.code] = (number, form.name)
    full: dict[str, str] = {}
    known = {code: name for code, (_, name) in names.items()}
    rows: list[Values] = []
    # Provinces before their prefectures before their counties, whatever the file's order.
    for code in sorted(names, key=lambda each: (level_of(each), each)):
        number, name = names[code]
        parent = parent_of(code, known)
        if parent is None and level_of(code) != 1:
            errors.append(mistake(number, label, Words("文件中没有它的上级区划", "the file lacks its parent")))
        full[code] = full.get(parent or "", "") + name
        rows.append(dict(zip(DIVISION_FIELDS, (code, name, full[code], level_of(code), parent), strict=True)))
    refuse(sorted(errors, key=lambda error: error.row) or _nothing(names))
    return rows


def _nothing(found: Mapping[str, Any]) -> list[Mistake]:
    return [] if found else [mistake(1, "", NO_ROWS)]


def _report(year: int, kind: YearKind, former: Sequence[Values], coming: Sequence[Values]) -> YearReport:
    found = list(_different(kind, former, coming))
    counts = {each: sum(one.change == each for one in found) for each in ("added", "removed", "changed")}
    return YearReport(year=year, **counts, unchanged=len(coming) - counts["added"] - counts["changed"])


def _different(kind: YearKind, old: Sequence[Values], new: Sequence[Values]) -> Iterator[YearDifference]:
    key = KEYS[kind]
    before, after = {row[key]: row for row in old}, {row[key]: row for row in new}
    labels = {
        name: declared(info)
        for name, info in (InstitutionIn if kind == "institutions" else DivisionRow).model_fields.items()
    }
    for code in sorted({*before, *after}):
        was, now_is = before.get(code), after.get(code)
        row = now_is or was or {}
        change: Change = "added" if was is None else "removed" if now_is is None else "changed"
        fields = [
            FieldChange(
                field=name,
                label=labels[name].label or name,
                label_en=labels[name].label_en or name,
                before=was[name],
                after=now_is[name],
            )
            for name in (row if was is not None and now_is is not None else ())
            if was is not None and now_is is not None and was[name] != now_is[name]
        ]
        if change != "changed" or fields:
            yield YearDifference(code=code, name=str(row["name"]), change=change, fields=fields)
