"""What linkage and decisions store. Set-based: a region has millions of identities."""  # unscoped: a job over all

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Executable,
    column,
    delete,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from suwen.domains.patients.models import Decision, History, Identity, Person, Suspect
from suwen.kernel.copying import copy_rows
from suwen.kernel.repository import Repository

IDENTITY_FIELDS: tuple[str, ...] = (
    "patient_key",
    "org_code",
    "patient_id",
    "person_id",
    "name",
    "sex_code",
    "birth_date",
    "id_no",
    "health_card_no",
    "phone",
    "address",
    "linked_by",
    "linked_score",
    "seen_at",
)

_STAGE = "CREATE TEMP TABLE linked (LIKE patients_identity INCLUDING DEFAULTS) ON COMMIT DROP"
_COPY = f"COPY linked ({', '.join(IDENTITY_FIELDS)}) FROM STDIN"


@dataclass(frozen=True)
class IdentityRow:
    """One row to store in ``patients_identity``; field order is ``IDENTITY_FIELDS``."""

    patient_key: str
    org_code: str
    patient_id: str
    person_id: UUID
    name: str | None
    sex_code: str | None
    birth_date: date | None
    id_no: str | None
    health_card_no: str | None
    phone: str | None
    address: str | None
    linked_by: str | None
    linked_score: float | None
    seen_at: datetime

    def values(self) -> tuple[Any, ...]:
        """The fields in the order of ``IDENTITY_FIELDS``."""
        return tuple(getattr(self, field) for field in IDENTITY_FIELDS)


class PatientWrites(Repository):
    """Writes of the linkage job and of decisions; the job runs one at a time (`lock`)."""

    async def lock(self) -> None:
        """Hold linkage for this unit of work: two runs at once would invent two persons for one."""
        await self.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('patients.link'))"))

    async def person_of_key(self) -> dict[str, UUID]:
        """Patient key to person, for all identities."""
        rows = await self.session.execute(select(Identity.patient_key, Identity.person_id))
        return {row[0]: row[1] for row in rows.all()}

    async def decisions(self) -> list[tuple[str, str, str]]:
        """All decided pairs as (left, right, verdict), verdict ``same`` or ``different``."""
        rows = await self.session.execute(select(Decision.left_key, Decision.right_key, Decision.verdict))
        return [(row[0], row[1], row[2]) for row in rows.all()]

    async def add_persons(self, ids: Iterable[UUID], at: datetime) -> None:
        """Store new persons."""
        await self.session.flush()
        await copy_rows(self.session, Person.__tablename__, ("id", "created_at"), ((person, at) for person in ids))

    async def store_identities(self, rows: Iterable[IdentityRow]) -> None:
        """Insert new and update changed identities, by COPY into a stage and one merge; the rest stays untouched."""
        connection = await self.session.connection()
        await connection.execute(text(_STAGE))
        raw = await connection.get_raw_connection()
        driver = cast(Any, raw.driver_connection)
        async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
            for row in rows:
                await copy.write_row(row.values())
        await connection.execute(_merge_stage())
        await connection.execute(text("DROP TABLE linked"))

    async def remove_identities(self, keys: Sequence[str]) -> None:
        """Forget identities that no institution reports any more."""
        if keys:
            await self.session.execute(delete(Identity).where(Identity.patient_key.in_(keys)))

    async def merge_persons(self, gone: dict[UUID, UUID]) -> None:
        """Mark persons without identities as merged into another."""
        for old, kept in gone.items():
            await self.session.execute(update(Person).where(Person.id == old).values(merged_into=kept))

    async def add_history(self, lines: Sequence[dict[str, Any]]) -> None:
        """Store history lines (columns of ``History``, the same in all)."""
        if lines:
            await self.session.flush()
            columns = tuple(lines[0])
            rows = (tuple(line[name] for name in columns) for line in lines)
            await copy_rows(self.session, History.__tablename__, columns, rows)

    async def replace_suspects(self, found: Sequence[dict[str, Any]]) -> None:
        """Open suspects become exactly ``found``: known ones keep their id, vanished ones go, decided ones stay."""
        pairs = {(row["left_key"], row["right_key"]) for row in found}
        known = await self.session.execute(
            select(Suspect.id, Suspect.left_key, Suspect.right_key).where(Suspect.status == "open")
        )
        gone = [row.id for row in known.all() if (row.left_key, row.right_key) not in pairs]
        if gone:
            await self.session.execute(delete(Suspect).where(Suspect.id.in_(gone)))
        for chunk in _chunks(found, 1000):
            statement = upsert(Suspect).values(chunk)
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["left_key", "right_key"],
                    set_={name: statement.excluded[name] for name in ("score", "rule", "evidence")},
                    where=Suspect.status == "open",
                )
            )

    async def decide(self, decision: dict[str, Any]) -> None:
        """Store what was decided of a pair, replacing an earlier decision on it."""
        known = await self.session.get(Decision, (decision["left_key"], decision["right_key"]))
        if known is None:
            self.session.add(Decision(**decision))
        else:
            for name, value in decision.items():
                setattr(known, name, value)

    async def close_suspects(
        self, left: Sequence[str], right: Sequence[str], status: str, by: str, at: datetime
    ) -> None:
        """Close open suspects between two sets of keys."""
        await self.session.execute(
            update(Suspect)
            .where(Suspect.status == "open")
            .where(
                (Suspect.left_key.in_(left) & Suspect.right_key.in_(right))
                | (Suspect.left_key.in_(right) & Suspect.right_key.in_(left))
            )
            .values(status=status, decided_by=by, decided_at=at)
        )

    async def members(self, person_id: UUID) -> list[Identity]:
        """All identities of a person, locked until the unit of work ends."""
        query = select(Identity).where(Identity.person_id == person_id).order_by(Identity.patient_key)
        return list((await self.session.scalars(query.with_for_update())).all())


def _merge_stage() -> Executable:
    """Put the staged rows in, touching only identities that changed (``seen_at`` alone is no change)."""
    stage = table("linked", *(cast("ColumnClause[Any]", column(field)) for field in IDENTITY_FIELDS))
    statement = upsert(Identity).from_select(list(IDENTITY_FIELDS), cast("Any", select(stage)))
    compared = IDENTITY_FIELDS[1:-1]  # all but the key and seen_at
    old = tuple_(*(cast("ColumnElement[Any]", getattr(Identity, field)) for field in compared))
    new = tuple_(*(statement.excluded[field] for field in compared))
    return statement.on_conflict_do_update(
        index_elements=["patient_key"],
        set_={field: statement.excluded[field] for field in IDENTITY_FIELDS[1:]},
        where=old.is_distinct_from(new),
    )


def _chunks(rows: Sequence[dict[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return (list(rows[start : start + size]) for start in range(0, len(rows), size))
