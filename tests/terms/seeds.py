"""Rows for lists whose rows the generator cannot make up."""

from suwen.domains.terms.models import TermDictionary, TermEntry
from suwen.kernel.ids import new_id
from tests.conformance.samples import Seed, SeedContext


async def staff(context: SeedContext) -> str:
    """Store a person of a source dictionary."""
    held = TermDictionary(id=new_id(), org_code=context.org, system="his", kind="staff", topic="", title="人员")
    context.uow.session.add(held)
    await context.uow.session.flush()
    entry = TermEntry(
        id=new_id(),
        dictionary_id=held.id,
        org_code=context.org,
        system="his",
        kind="staff",
        code="1",
        name="李四",
        initials="ls",
        name_key="李四",
        search="1 李四 ls",
        parts={},
        origin="upload",
    )
    context.uow.session.add(entry)
    return str(entry.id)


SEEDS: dict[str, Seed] = {"terms.staff": staff}
