"""What the screens read: the bench, an entry with its candidates, progress, conflicts, the reverse view."""

import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict

from suwen.domains.orgs.public import institutions
from suwen.domains.standards.public import search_terms
from suwen.domains.terms.kinds import KINDS, kind_of
from suwen.domains.terms.models import State, TermAcceptance, TermEntry
from suwen.domains.terms.parts import compare
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.entries import After, EntryRepository
from suwen.domains.terms.repository.renewals import RenewalRepository
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.domains.terms.schemas import AcceptanceOut, DictionaryOut, EntryOut, RenewalOut
from suwen.domains.terms.schemas_asking import (
    BenchOut,
    CandidateOut,
    ConflictOut,
    ConflictPage,
    ConflictSide,
    ElsewhereOut,
    EntryDetail,
    PartOut,
    ProgressCell,
    ProgressOut,
    ReverseOut,
    ReversePage,
    TermOut,
    WorthOut,
)
from suwen.domains.terms.service.access import acceptance_of, dictionary_of, entry_of, target_of
from suwen.domains.terms.service.proposing import pairs_for
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid
from suwen.kernel.scope import Scope

CONFLICT_HEADER = ("类别", "源名称", "标准代码", "标准名称", "机构", "系统", "源代码", "记录数", "标化人")
REVERSE_HEADER = ("标准术语集", "标准代码", "标准名称", "条目", "机构数", "记录数")
TO_DO = (State.OPEN.value, State.ASKED.value)


async def bench(
    uow: UnitOfWork, scope: Scope, key: uuid.UUID, state: str, after: str | None, limit: int, text: str
) -> BenchOut:
    """Return a portion of a dictionary's entries of one state, the most used first. Raises UnknownDictionary."""
    held = await dictionary_of(uow, scope, key)
    dictionaries = DictionaryRepository(uow.session)
    policy = await dictionaries.policy(held.kind)
    entries = await EntryRepository(uow.session).portion(held, state, _after(after), limit + 1, text)
    shown = entries[:limit]
    last = shown[-1] if len(entries) > limit else None
    worth = await acceptance_of(uow, held, policy)
    described = DictionaryOut.model_validate(held).model_copy(update={"target": held.target or policy.target})
    return BenchOut(
        dictionary=described,
        review_required=policy.review,
        precision=policy.precision,
        acceptance=_worth(worth) if worth is not None else None,
        items=[EntryOut.model_validate(entry) for entry in shown],
        next=f"{last.records}.{last.id}" if last is not None else None,
    )


def _worth(found: TermAcceptance) -> WorthOut:
    known = AcceptanceOut.model_validate(found).model_dump()
    return WorthOut(**known, needed=pairs_for(found.kind, found.precision))


def _after(text: str | None) -> After | None:
    if text is None:
        return None
    records, _, key = text.partition(".")
    try:
        return After(int(records), uuid.UUID(key))
    except ValueError as error:
        raise Invalid("不是有效的续页位置", received=text, allowed="前一页给出的 next") from error


async def entry_detail(uow: UnitOfWork, scope: Scope, key: uuid.UUID) -> EntryDetail:
    """Return an entry with its stored candidates and what others made of its name. Raises UnknownEntry."""
    entry = await entry_of(uow, scope, key)
    return await detail_of(uow, scope, entry)


async def detail_of(uow: UnitOfWork, scope: Scope, entry: TermEntry) -> EntryDetail:
    """Return an entry as the bench shows it."""
    repository = EntryRepository(uow.session)
    held = await dictionary_of(uow, Scope.everything(), entry.dictionary_id)
    target = await DictionaryRepository(uow.session).target_of(held)
    suggestion = await repository.suggestion(entry.id)
    fitting = suggestion if suggestion is not None and suggestion.target == target else None
    others = await repository.elsewhere(entry, scope)
    renewal = await RenewalRepository(uow.session).latest(entry.id) if entry.state in TO_DO else None
    return EntryDetail(
        **EntryOut.model_validate(entry).model_dump(),
        target=target,
        candidates=[CandidateOut.model_validate(each) for each in fitting.candidates] if fitting else [],
        matched=fitting is not None,
        elsewhere=[
            ElsewhereOut(
                org_code=each.org_code,
                system=each.system,
                mapped=each.mapped or "",
                mapped_name=each.mapped_name or "",
            )
            for each in others
        ],
        decided_by=entry.decided_by,
        renewal=RenewalOut.model_validate(renewal) if renewal is not None else None,
    )


async def find_terms(
    uow: UnitOfWork, scope: Scope, key: uuid.UUID, text: str, limit: int, entry: uuid.UUID | None = None
) -> list[TermOut]:
    """Return terms of a dictionary's terminology by part of code, name or pinyin initials, compared with an entry.

    Raises NoTarget, UnknownEntry.
    """
    held = await dictionary_of(uow, scope, key)
    asked = await entry_of(uow, scope, entry) if entry is not None else None
    found = await search_terms(uow, await target_of(uow, held), text, limit)
    source = (asked.name, asked.parts) if asked is not None else ("", dict[str, str]())
    return [
        TermOut(
            code=term.code,
            name=term.title,
            parent=term.parent,
            parts=[
                PartOut.model_validate(asdict(part))
                for part in compare(kind_of(held.kind), source, (term.title, term.attributes))
            ],
        )
        for term in found
    ]


async def progress(uow: UnitOfWork, scope: Scope) -> ProgressOut:
    """Return how far the mapping is by institution and kind, weighted by records, with what is still owed."""
    repository = DictionaryRepository(uow.session)
    owed = await repository.owed(scope)
    cells = {
        (row.org_code, row.kind): ProgressCell.model_validate({**dict(row._mapping), "owed": 0})
        for row in await repository.progress(scope)
    }
    for (org, kind), count in owed.items():
        held = cells.get((org, kind)) or ProgressCell(
            **dict.fromkeys(
                (
                    *("dictionaries", "entries", "done_entries", "records", "done_records"),
                    *("asked_entries", "review_entries", "owed"),
                ),
                0,
            ),
            org_code=org,
            kind=kind,
        )
        cells[org, kind] = held.model_copy(update={"owed": count})
    named = {row.org_code: str(row.name) for row in await institutions(uow, scope)}
    orgs: list[str] = sorted({cell.org_code for cell in cells.values()}, key=lambda org: named.get(org, org))
    shown = [kind for kind in KINDS.values() if not kind.personal]
    return ProgressOut(
        cells=list(cells.values()),
        kinds=[{"code": kind.code, "title": kind.title, "title_en": kind.title_en} for kind in shown],
        orgs=[{"code": org, "name": named.get(org, org)} for org in orgs],
    )


async def conflicts(
    uow: UnitOfWork, scope: Scope, kind: str | None, text: str, page: int, page_size: int
) -> ConflictPage:
    """Return names that are mapped differently, the most used first, with each mapping."""
    if kind is not None:
        kind_of(kind)
    repository = ReportRepository(uow.session)
    total, names = await repository.conflicts(scope, kind, text, (page - 1) * page_size, page_size)
    sides: dict[tuple[str, str], list[TermEntry]] = {name: [] for name in names}
    for entry in await repository.sides(scope, names):
        sides[entry.kind, entry.name_key].append(entry)
    items = [
        ConflictOut(
            kind=kind_code,
            name=entries[0].name,
            sides=[
                ConflictSide(
                    entry_id=entry.id,
                    mapped=entry.mapped or "",
                    mapped_name=entry.mapped_name or "",
                    **{
                        name: getattr(entry, name)
                        for name in ("dictionary_id", "org_code", "system", "code", "name", "records", "decided_name")
                    },
                )
                for entry in entries
            ],
        )
        for (kind_code, _), entries in sides.items()
        if entries
    ]
    return ConflictPage(items=items, total=total, page=page, page_size=page_size)


async def reverse(
    uow: UnitOfWork, scope: Scope, target: str | None, text: str, page: int, page_size: int
) -> ReversePage:
    """Return standard terms that entries are mapped to, the most used first."""
    total, rows = await ReportRepository(uow.session).reverse(scope, target, text, (page - 1) * page_size, page_size)
    items = [ReverseOut.model_validate(dict(row._mapping)) for row in rows]
    targets = await ReportRepository(uow.session).targets(scope)
    return ReversePage(items=items, total=total, page=page, page_size=page_size, targets=targets)


async def entries_of_term(
    uow: UnitOfWork, scope: Scope, target: str, code: str, page: int, page_size: int
) -> list[EntryOut]:
    """Return the source entries that stand for a standard term."""
    found = await ReportRepository(uow.session).entries_of(scope, target, code, (page - 1) * page_size, page_size)
    return [EntryOut.model_validate(entry) for entry in found]


async def conflict_lines(
    work: AbstractAsyncContextManager[UnitOfWork], scope: Scope, kind: str | None, text: str
) -> AsyncIterator[list[tuple[object, ...]]]:
    """Yield a line for each side of each conflict, in portions, in the order of `CONFLICT_HEADER`."""
    async with work as uow:
        async for portion in ReportRepository(uow.session).every_side(scope, kind, text):
            yield [
                (
                    *(KINDS[entry.kind].title, entry.name, entry.mapped, entry.mapped_name, entry.org_code),
                    *(entry.system, entry.code, entry.records, entry.decided_name),
                )
                for entry in portion
            ]


async def reverse_lines(
    work: AbstractAsyncContextManager[UnitOfWork], scope: Scope, target: str | None, text: str
) -> AsyncIterator[list[tuple[object, ...]]]:
    """Yield a line for each standard term that is mapped to, in portions, in the order of `REVERSE_HEADER`."""
    async with work as uow:
        async for portion in ReportRepository(uow.session).every_use(scope, target, text):
            yield [
                (row.target, row.standard_code, row.standard_name, row.entries, row.institutions, row.records)
                for row in portion
            ]
