"""Lists of entries come in: by file, by request, or from the landed data."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from uuid import UUID

from anyio import to_thread

from suwen.domains.orgs.public import institutions
from suwen.domains.standards.public import retired_codes, terms_of, value_set_head
from suwen.domains.terms.errors import NoTarget
from suwen.domains.terms.kinds import Kind, kind_of
from suwen.domains.terms.models import TermDictionary, TermLoad
from suwen.domains.terms.reading import CODE, NAME, PARENT, STANDARD, STANDARD_TITLE, Line, checked, read_file
from suwen.domains.terms.repository.dictionaries import DictionaryRepository
from suwen.domains.terms.repository.loading import Counted, LoadRepository
from suwen.domains.terms.schemas import LOAD, SUGGEST
from suwen.domains.terms.schemas_asking import DictionaryRef, GivenEntry, LoadReport
from suwen.domains.terms.service.access import who
from suwen.domains.terms.service.applying import have_published
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden, Invalid
from suwen.kernel.jobs import keep_file, take_file
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.uploads import AT_ONCE, FIRST, Place, mistake, refuse
from suwen.kernel.words import Words


async def load_file(
    uow: UnitOfWork,
    scope: Scope,
    ref: DictionaryRef,
    content: bytes,
    columns: dict[str, str] | None,
    *,
    place: Place = FIRST,
    file_name: str | None = None,
    preview: bool = False,
) -> LoadReport:
    """Bring a dictionary to what a csv or xlsx file says, or say what that would do (preview).

    A long list is checked, and loaded by a job: the report then has the job and no counts. Raises UnreadableFile or
    ImportRefused with each mistake's row; then nothing is stored.
    """
    kind = kind_of(ref.kind)
    lines = await to_thread.run_sync(read_file, content, kind, columns, place)
    if preview or len(lines) <= AT_ONCE:
        return await load(uow, scope, ref, lines, "upload", file_name=file_name, preview=preview)
    _check_scope(scope, ref)
    held = await _checked(uow, ref, lines, "upload")
    args = {"ref": ref.model_dump(mode="json"), "columns": columns, "place": asdict(place), "file_name": file_name}
    orgs = None if scope.orgs is None else sorted(scope.orgs)
    job_id = uow.defer(LOAD, {"file": str(await keep_file(uow, content)), "orgs": orgs, **args})
    counted = Counted(rows=len(lines), added=0, changed=0, vanished=0, unchanged=0)
    return _to_be(held, counted, preview=False, job_id=job_id)


async def load_kept(
    uow: UnitOfWork,
    scope: Scope,
    file: UUID,
    ref: DictionaryRef,
    columns: dict[str, str] | None,
    place: Place,
    file_name: str | None,
    progress: Progress,
) -> LoadReport:
    """Do what `load_file` left to a job, in one commit. Raises what it does."""
    progress.stage("核对")
    lines = await to_thread.run_sync(read_file, await take_file(uow, file), kind_of(ref.kind), columns, place)
    return await load(uow, scope, ref, lines, "upload", file_name=file_name, progress=progress)


async def load_entries(uow: UnitOfWork, scope: Scope, ref: DictionaryRef, given: Sequence[GivenEntry]) -> LoadReport:
    """Bring a dictionary to what a request says; rows are counted from 1. Raises ImportRefused."""
    kind = kind_of(ref.kind)
    lines = await to_thread.run_sync(_from_request, given, kind)
    return await load(uow, scope, ref, lines, "api")


async def load(
    uow: UnitOfWork,
    scope: Scope,
    ref: DictionaryRef,
    lines: Sequence[Line],
    origin: str,
    *,
    file_name: str | None = None,
    preview: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Bring a dictionary to a list, as a new version; entries that are new wait for candidates.

    preview: say what it would come to; nothing is stored. Raises Forbidden outside the scope, Invalid for an
    institution that is not registered.
    """
    _check_scope(scope, ref)
    if preview:
        known = await _checked(uow, ref, lines, origin)
        counted = await LoadRepository(uow.session).weigh(known.id if known else None, lines, origin)
        return _to_be(known, counted, preview=True)
    held = await _opened(uow, ref, origin)
    target = await DictionaryRepository(uow.session).target_of(held)
    standard = await _told_terms(uow, held.kind, target, lines)
    if standard:
        held.target = target
    held.version += 1
    held.loaded_at = now()
    await uow.session.flush()
    counted = await LoadRepository(uow.session).bring(held, lines, standard, origin, progress or NullProgress())
    DictionaryRepository(uow.session).log(
        TermLoad(
            dictionary_id=held.id,
            org_code=held.org_code,
            number=held.version,
            origin=origin,
            file_name=file_name,
            rows=counted.rows,
            added=counted.added,
            changed=counted.changed,
            vanished=counted.vanished,
            unchanged=counted.unchanged,
            loaded_by=who(uow)[1],
        )
    )
    await uow.session.flush()
    if counted.added + counted.changed and target:
        # Not of this dictionary alone: of several loads the first job does all, the others find nothing to do.
        uow.defer(SUGGEST, {"target": target})
    await have_published(uow)
    return LoadReport(dictionary_id=held.id, version=held.version, preview=False, **vars(counted))


def _check_scope(scope: Scope, ref: DictionaryRef) -> None:
    if not scope.allows(ref.org_code):
        raise Forbidden("该机构不在您的数据范围内", received=ref.org_code)


async def _checked(uow: UnitOfWork, ref: DictionaryRef, lines: Sequence[Line], origin: str) -> TermDictionary | None:
    """Check a list as `load` will, and return its dictionary; None: it is not there yet. Nothing is stored."""
    repository = DictionaryRepository(uow.session)
    held = await repository.named(ref.org_code, ref.system, ref.kind, ref.topic, lock=False)
    await _check_ref(uow, ref, held, origin)
    target = ref.target or (held.target if held else None) or (await repository.policy(ref.kind)).target
    await _told_terms(uow, ref.kind, target, lines)
    return held


def _to_be(held: TermDictionary | None, counted: Counted, *, preview: bool, job_id: UUID | None = None) -> LoadReport:
    """Return the report of a load that is still to be done."""
    return LoadReport(
        dictionary_id=held.id if held else None,
        version=held.version + 1 if held else 1,
        preview=preview,
        job_id=job_id,
        **vars(counted),
    )


async def _check_ref(uow: UnitOfWork, ref: DictionaryRef, held: TermDictionary | None, origin: str) -> None:
    """Check that a dictionary's terminology is in force and, for a new one, whose and what it is. Raises Invalid."""
    if ref.target is not None:
        await value_set_head(uow, ref.target)
    if held is not None:
        return
    if origin != "harvest":
        known = {row.org_code for row in await institutions(uow, Scope.everything())}
        if ref.org_code not in known:
            raise Invalid("机构不存在，请先登记机构", received=ref.org_code)
    if kind_of(ref.kind).code == "value_set" and not ref.topic:
        raise Invalid("值域字典须指明源值域名称", received=ref.topic)


async def _opened(uow: UnitOfWork, ref: DictionaryRef, origin: str) -> TermDictionary:
    kind = kind_of(ref.kind)
    repository = DictionaryRepository(uow.session)
    held = await repository.named(ref.org_code, ref.system, ref.kind, ref.topic)
    await _check_ref(uow, ref, held, origin)
    if held is None:
        title = ref.title or f"{ref.system} {kind.title}{f' {ref.topic}' if ref.topic else ''}"
        held = repository.add(
            TermDictionary(
                org_code=ref.org_code,
                system=ref.system,
                kind=ref.kind,
                topic=ref.topic,
                title=title,
                target=ref.target,
                version=0,
            )
        )
        await uow.session.flush()
    else:
        held.title = ref.title or held.title
        held.target = ref.target or held.target
    return held


async def _told_terms(uow: UnitOfWork, kind: str, target: str | None, lines: Sequence[Line]) -> dict[str, str]:
    """Return code → name of the standard codes that a list itself names. Raises ImportRefused naming the rows."""
    told = {code for line in lines for code in line.standard}
    if not told:
        return {}
    if target is None:
        raise NoTarget("列表带有标准代码，但该类别没有指定标准术语集", received=kind)
    known = await terms_of(uow, target, told)
    missing = told - set(known)
    if missing:
        retired = await retired_codes(uow, target, missing)
        refuse(
            [
                mistake(line.row, STANDARD_TITLE, _unusable(code, target, retired=code in retired))
                for line in lines
                for code in line.standard
                if code in missing
            ]
        )
    return {code: term.title for code, term in known.items()}


def _unusable(code: str, target: str, *, retired: bool) -> Words:
    if retired:
        return Words(f"{code} 已停用（{target}）", f"{code} is retired ({target})")
    return Words(f"{code} 不存在（{target}）", f"{target} has no {code}")


def _from_request(given: Iterable[GivenEntry], kind: Kind) -> list[Line]:
    rows = (
        {
            "row": number,
            CODE: entry.code,
            NAME: entry.name,
            PARENT: entry.parent,
            STANDARD: entry.standard_code,
            "records": entry.records,
            **entry.parts,
        }
        for number, entry in enumerate(given, start=1)
    )
    return checked(rows, kind, {CODE: "code", NAME: "name", PARENT: "parent"})
