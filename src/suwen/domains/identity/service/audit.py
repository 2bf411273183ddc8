"""The audit trail: every change of an audited model, and every reading of identifiers in full."""

from collections.abc import Sequence
from uuid import UUID

from suwen.domains.identity.models import AccessLog, ChangeLog, User
from suwen.domains.identity.repository import IdentityRepository
from suwen.kernel.changes import Change
from suwen.kernel.database import UnitOfWork, on_changes
from suwen.kernel.resource_rows import on_unmasked

SYSTEM = "system"
"""Stands for the platform itself (jobs, command line) where no user acts."""
_KEYS_LOGGED = 1000


@on_changes
async def store_changes(uow: UnitOfWork, changes: Sequence[Change]) -> None:
    """Store changes in the change log, in the unit of work that made them."""
    user_id, username, org_code = await _who(uow)
    repository = IdentityRepository(uow.session)
    for change in changes:
        repository.add(
            ChangeLog(
                user_id=user_id,
                username=username,
                org_code=org_code,
                origin=uow.origin,
                table=change.table,
                row_key=change.key,
                operation=change.operation,
                field=change.field,
                before=change.before,
                after=change.after,
            )
        )


@on_unmasked
async def record_access(
    uow: UnitOfWork, subject: str, row_keys: Sequence[str], fields: Sequence[str], reason: str | None = None
) -> None:
    """Record that the caller reads direct identifiers in full: of which rows (keys) of `subject`, which fields.

    More than 1000 row keys are cut to the first 1000 and their number, `+<n>`.
    """
    user_id, username, org_code = await _who(uow)
    keys = [str(key) for key in row_keys]
    if len(keys) > _KEYS_LOGGED:
        keys = [*keys[:_KEYS_LOGGED], f"+{len(keys) - _KEYS_LOGGED}"]
    IdentityRepository(uow.session).add(
        AccessLog(
            user_id=user_id,
            username=username,
            org_code=org_code,
            origin=uow.origin,
            subject=subject,
            row_keys=keys,
            fields=list(fields),
            reason=reason,
        )
    )


async def _who(uow: UnitOfWork) -> tuple[UUID | None, str, str | None]:
    principal = uow.principal
    if principal is None:
        return None, SYSTEM, None
    user = await IdentityRepository(uow.session).find(User, principal.user_id)
    return principal.user_id, principal.username, user.org_code if user else None
