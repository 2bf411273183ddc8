"""Rows for lists whose rows the generator cannot make up."""

from suwen.domains.terms.models import TermDictionary, TermEntry, TermRenewal
from suwen.kernel.ids import new_id
from tests.conformance.samples import Seed, SeedContext


async def entry_of(context: SeedContext, kind: str) -> TermEntry:
    """Store an entry of a source dictionary."""
    held = TermDictionary(id=new_id(), org_code=context.org, system="his", kind=kind, topic="", title=kind)
    context.uow.session.add(held)
    await context.uow.session.flush()
    entry = TermEntry(
        id=new_id(),
        dictionary_id=held.id,
        org_code=context.org,
        system="his",
        kind=kind,
        code="1",
        name="李四",
        initials="ls",
        name_key="李四",
        search="1 李四 ls",
        parts={},
        origin="upload",
    )
    context.uow.session.add(entry)
    await context.uow.session.flush()
    return entry


async def staff(context: SeedContext) -> str:
    """Store a person of a source dictionary."""
    return str((await entry_of(context, "staff")).id)


async def renewal(context: SeedContext) -> str:
    """Store an entry that a new edition did not carry over."""
    entry = await entry_of(context, "drug")
    listed = TermRenewal(
        id=new_id(),
        entry_id=entry.id,
        dictionary_id=entry.dictionary_id,
        org_code=entry.org_code,
        system=entry.system,
        kind=entry.kind,
        target="drugs",
        edition="2026",
        reason="retired",
        code=entry.code,
        name=entry.name,
        records=1,
        former_codes="A",
        former_names="甲",
    )
    context.uow.session.add(listed)
    return str(listed.id)


SEEDS: dict[str, Seed] = {"terms.staff": staff, "terms.renewals": renewal}
