"""Stored source dictionaries, their entries, what people decided on them, and what was learnt from it."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Computed, Float, ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from suwen.kernel.clock import now
from suwen.kernel.database import Base
from suwen.kernel.ids import new_id

SEARCHED = (100, 200, 200)
"""How many letters of an entry's code, name and initials a search looks into: they stand in an index."""


PRECISION = 0.99
"""What automatic acceptance must keep where a policy states nothing else."""


class State(StrEnum):
    """Where an entry stands: to do, asked back, waiting for a second person, mapped, without counterpart."""

    OPEN = "open"
    ASKED = "asked"
    REVIEW = "review"
    MAPPED = "mapped"
    NONE = "none"


class TermPolicy(Base):
    """How a kind is mapped in this region: its target, whether a second person must agree, and which share (precision)
    of answers accepted without a look at each must be right.
    """

    __tablename__ = "terms_policy"
    __audited__ = True

    kind: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str | None] = mapped_column(comment="Value set of the standards room")
    review: Mapped[bool] = mapped_column(default=False)
    precision: Mapped[float] = mapped_column(Float, default=PRECISION, server_default=str(PRECISION))
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, info={"audit": False})


class TermAcceptance(Base):
    """What a score is worth: the least one (threshold) at which held-out pairs of a kind keep the stated precision.

    matcher: fingerprint of terminology and pairs. reason: why there is no threshold, `few` pairs or `unreached`.
    coverage: share of the held-out pairs from the threshold on, measured: their precision, lower: its lower limit.
    """

    __tablename__ = "terms_acceptance"
    __table_args__ = (UniqueConstraint("kind", "target", "matcher", "precision"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    target: Mapped[str]
    matcher: Mapped[str]
    precision: Mapped[float] = mapped_column(Float)
    threshold: Mapped[float | None] = mapped_column(Float)
    coverage: Mapped[float] = mapped_column(Float)
    measured: Mapped[float] = mapped_column(Float)
    lower: Mapped[float] = mapped_column(Float)
    pairs: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=now)


class TermCollection(Base):
    """A dictionary that is to be collected 采集范围: which institution's system owes which kind, until when."""

    __tablename__ = "terms_collection"
    __table_args__ = (UniqueConstraint("org_code", "system", "kind"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str] = mapped_column(index=True)
    system: Mapped[str]
    kind: Mapped[str]
    due_on: Mapped[date | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now, info={"audit": False})


class TermDictionary(Base):
    """A source dictionary 源端字典: one kind of one system of one institution; at once the mapping task.

    topic: which value set of the source, for kind value_set, else empty. version: number of the latest load.
    The counts are of present entries, but for vanished_entries; `records` weigh an entry by how often the landed data
    hold it. revision grows with each change of what its entries stand for; published is the revision that the lake's
    map has. acceptance_id: what the scores of its candidates are worth; empty while they are made anew.
    """

    __tablename__ = "terms_dictionary"
    __table_args__ = (UniqueConstraint("org_code", "system", "kind", "topic"),)
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    org_code: Mapped[str]
    system: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    topic: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    target: Mapped[str | None] = mapped_column(comment="Value set; empty: that of the kind's policy")
    version: Mapped[int] = mapped_column(default=0, info={"audit": False})
    revision: Mapped[int] = mapped_column(default=0, info={"audit": False})
    published: Mapped[int] = mapped_column(default=0, info={"audit": False})
    claimed_by: Mapped[uuid.UUID | None]
    claimed_name: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    records: Mapped[int] = mapped_column(default=0, info={"audit": False})
    open_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    asked_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    review_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    mapped_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    none_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    vanished_entries: Mapped[int] = mapped_column(default=0, info={"audit": False})
    mapped_records: Mapped[int] = mapped_column(default=0, info={"audit": False})
    none_records: Mapped[int] = mapped_column(default=0, info={"audit": False})
    loaded_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    suggested_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    acceptance_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("terms_acceptance.id", ondelete="SET NULL"), info={"audit": False}
    )
    created_at: Mapped[datetime] = mapped_column(default=now, info={"audit": False})


class TermLoad(Base):
    """One load of a dictionary: a version, with how many entries were new, changed, gone or as before."""

    __tablename__ = "terms_load"
    __table_args__ = (UniqueConstraint("dictionary_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dictionary_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_dictionary.id", ondelete="CASCADE"))
    org_code: Mapped[str] = mapped_column(index=True)
    number: Mapped[int]
    origin: Mapped[str] = mapped_column(comment="upload, api or harvest")
    file_name: Mapped[str | None]
    rows: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    vanished: Mapped[int]
    unchanged: Mapped[int]
    loaded_by: Mapped[str | None]
    loaded_at: Mapped[datetime] = mapped_column(default=now)


class TermEntry(Base):
    """One entry of a source dictionary, and the standard terms it stands for.

    mapped, mapped_name: standard codes and names, several joined by `##`. version: grows with every decision.
    first_load, changed_load, vanished_load: numbers of the loads that brought it, changed it, no longer had it.
    top_*: the best candidate. name_key: the name without case, width, blanks and punctuation, within its value set.
    search: code, name and initials in lower case, of each what `SEARCHED` says: the index of the bench carries it, so
    that a search reads the index of one dictionary and no rows. An index of its own every decision would write to.
    """

    __tablename__ = "terms_entry"
    __table_args__ = (
        UniqueConstraint("dictionary_id", "code", "name"),
        Index(
            "ix_terms_entry_bench",
            *("dictionary_id", "state", text("records DESC"), "id"),
            postgresql_include=("search",),
            postgresql_where=text("present"),
        ),
        Index(
            "ix_terms_entry_score",
            *("dictionary_id", "top_score", "id"),
            postgresql_include=("records", "top_accepted"),
            postgresql_where=text("state = 'open' AND present AND top_code IS NOT NULL"),
        ),
        Index("ix_terms_entry_records", text("records DESC NULLS LAST"), "id"),
        Index("ix_terms_entry_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        Index(
            "ix_terms_entry_homonyms",
            *("kind", "name_key", "mapped"),
            postgresql_include=("org_code", "records"),
            postgresql_where=text("mapped IS NOT NULL AND present"),
        ),
    )
    __audited__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dictionary_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_dictionary.id", ondelete="CASCADE"))
    org_code: Mapped[str]
    system: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(comment="Empty where the source has none")
    name: Mapped[str]
    initials: Mapped[str]
    search: Mapped[str] = mapped_column(info={"audit": False})
    name_key: Mapped[str]
    parent: Mapped[str | None]
    parts: Mapped[dict[str, str]] = mapped_column(default=dict)
    records: Mapped[int] = mapped_column(default=0, info={"audit": False})
    origin: Mapped[str]
    present: Mapped[bool] = mapped_column(default=True)
    former_name: Mapped[str | None]
    first_load: Mapped[int] = mapped_column(default=1, info={"audit": False})
    changed_load: Mapped[int | None] = mapped_column(info={"audit": False})
    vanished_load: Mapped[int | None] = mapped_column(info={"audit": False})
    state: Mapped[str] = mapped_column(default=State.OPEN.value)
    mapped: Mapped[str | None]
    mapped_name: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=0, info={"audit": False})
    note: Mapped[str | None]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    decided_name: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(info={"audit": False})
    reviewed_name: Mapped[str | None]
    batch_id: Mapped[uuid.UUID | None] = mapped_column(info={"audit": False})
    top_code: Mapped[str | None] = mapped_column(info={"audit": False})
    top_name: Mapped[str | None] = mapped_column(info={"audit": False})
    top_score: Mapped[float | None] = mapped_column(Float, info={"audit": False})
    top_accepted: Mapped[bool] = mapped_column(default=False, info={"audit": False})


class TermSuggestion(Base):
    """The candidates of an entry, best first: code, name, score, accepted, reason, parts compared.

    top_*: the whole answer as a batch accept would take it, several terms joined by `##`; automatic: the matcher itself
    would take it.
    """

    __tablename__ = "terms_suggestion"

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_entry.id", ondelete="CASCADE"), primary_key=True)
    target: Mapped[str]
    candidates: Mapped[list[dict[str, Any]]]
    top_code: Mapped[str | None]
    top_name: Mapped[str | None]
    top_score: Mapped[float] = mapped_column(Float)
    automatic: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(default=now)


class TermMapping(Base):
    """One standard term that a mapped entry stands for."""

    __tablename__ = "terms_mapping"
    __table_args__ = (Index("ix_terms_mapping_standard", "target", "standard_code", "org_code"),)

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_entry.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    org_code: Mapped[str]
    kind: Mapped[str]
    target: Mapped[str]
    standard_code: Mapped[str]
    standard_name: Mapped[str]


class TermUse(Base):
    """How many present entries of a dictionary stand for a standard term; kept in the commit that maps them."""

    __tablename__ = "terms_use"
    __table_args__ = (Index("ix_terms_use_standard", "target", "standard_code"),)

    dictionary_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("terms_dictionary.id", ondelete="CASCADE"), primary_key=True
    )
    target: Mapped[str] = mapped_column(primary_key=True)
    standard_code: Mapped[str] = mapped_column(primary_key=True)
    standard_name: Mapped[str]
    org_code: Mapped[str]
    entries: Mapped[int]
    records: Mapped[int]


EVERYWHERE = ""
"""In the place of an institution: what is counted over all of them."""


class TermUseSum(Base):
    """How many present entries stand for a standard term: those of an institution, or `EVERYWHERE`.

    Kept in the commit that changes the uses; a term that nothing stands for has no row.
    """

    __tablename__ = "terms_use_sum"
    __table_args__ = (
        Index("ix_terms_use_sum_entries", "org_code", text("entries DESC"), "target", "standard_code"),
        Index("ix_terms_use_sum_target", "org_code", "target", text("entries DESC"), "standard_code"),
    )

    target: Mapped[str] = mapped_column(primary_key=True)
    standard_code: Mapped[str] = mapped_column(primary_key=True)
    org_code: Mapped[str] = mapped_column(primary_key=True)
    standard_name: Mapped[str]
    entries: Mapped[int]
    institutions: Mapped[int]
    records: Mapped[int]
    search: Mapped[str] = mapped_column(
        Computed("lower(standard_code || ' ' || standard_name)", persisted=True), comment="What the list is searched in"
    )


class TermConflict(Base):
    """A name that dictionaries of an institution, or `EVERYWHERE`, map to different standard terms.

    Kept in the commit that maps it.
    """

    __tablename__ = "terms_conflict"
    __table_args__ = (Index("ix_terms_conflict_records", "org_code", text("records DESC"), "kind", "name_key"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    name_key: Mapped[str] = mapped_column(primary_key=True)
    org_code: Mapped[str] = mapped_column(primary_key=True)
    records: Mapped[int]


class BatchStatus(StrEnum):
    """Where a batch stands; a stopped one, or one whose job has died for good, goes on when told to, or is undone."""

    RUNNING = "running"
    STOPPED = "stopped"
    ACCEPTED = "accepted"
    UNDOING = "undoing"
    UNDONE = "undone"


class TermBatch(Base):
    """A batch accept 批量确认: all entries of a dictionary whose best candidate scored at least `min_score`.

    wanted: how many there were when it was asked for. entries, records: what it has mapped so far. job_id: the run
    that works on it, empty where the request itself did.
    """

    __tablename__ = "terms_batch"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dictionary_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_dictionary.id", ondelete="CASCADE"), index=True)
    org_code: Mapped[str] = mapped_column(index=True)
    system: Mapped[str]
    kind: Mapped[str]
    min_score: Mapped[float] = mapped_column(Float)
    only_accepted: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default=BatchStatus.RUNNING.value)
    job_id: Mapped[uuid.UUID | None]
    wanted: Mapped[int]
    entries: Mapped[int] = mapped_column(default=0)
    records: Mapped[int] = mapped_column(default=0)
    accepted_by_id: Mapped[uuid.UUID | None]
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime] = mapped_column(default=now)
    undone: Mapped[int | None] = mapped_column(comment="Entries opened again; those decided on since are kept")
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class TermPair(Base):
    """A learnt pair 知识库: a source name that people mapped to these standard terms, and how often."""

    __tablename__ = "terms_pair"
    __table_args__ = (
        UniqueConstraint("target", "name_key", "standard_codes"),
        Index(
            "ix_terms_pair_search",
            *("name", "standard_names"),
            postgresql_using="gin",
            postgresql_ops=dict.fromkeys(("name", "standard_names"), "gin_trgm_ops"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    target: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    standard_codes: Mapped[str] = mapped_column(comment="Several joined by ##")
    standard_names: Mapped[str] = mapped_column(comment="Several joined by ##")
    support: Mapped[int] = mapped_column(BigInteger, default=1, comment="Decisions that agree")
    origin: Mapped[str] = mapped_column(default="", comment="Region that a pair was imported from; empty: this one")
    updated_at: Mapped[datetime] = mapped_column(default=now)


def _of_entry(column: Any, entry: Any) -> Any:
    return select(column).where(TermEntry.id == entry).correlate_except(TermEntry).scalar_subquery()


class TermRenewal(Base):
    """An entry whose mapping a new edition of its terminology did not carry over 新版核对; it is open again.

    reason: `retired`, the code is gone; `renamed`, it has another name; `recoded`, its name has a new code now;
    `merged`, its name belongs to a code that was there before. proposed_*: what the edition itself suggests.
    state, mapped, mapped_name, decided_name: what the entry is now.
    """

    __tablename__ = "terms_renewal"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_entry.id", ondelete="CASCADE"), index=True)
    dictionary_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("terms_dictionary.id", ondelete="CASCADE"), index=True)
    org_code: Mapped[str] = mapped_column(index=True)
    system: Mapped[str]
    kind: Mapped[str]
    target: Mapped[str]
    edition: Mapped[str] = mapped_column(comment="Edition that came into force; empty: the list was retired")
    reason: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    records: Mapped[int]
    former_codes: Mapped[str] = mapped_column(comment="Several joined by ##")
    former_names: Mapped[str] = mapped_column(comment="Several joined by ##")
    proposed_codes: Mapped[str | None] = mapped_column(comment="Several joined by ##")
    proposed_names: Mapped[str | None] = mapped_column(comment="Several joined by ##")
    listed_at: Mapped[datetime] = mapped_column(default=now)
    state: Mapped[str] = column_property(_of_entry(TermEntry.state, entry_id))
    mapped: Mapped[str | None] = column_property(_of_entry(TermEntry.mapped, entry_id))
    mapped_name: Mapped[str | None] = column_property(_of_entry(TermEntry.mapped_name, entry_id))
    decided_name: Mapped[str | None] = column_property(_of_entry(TermEntry.decided_name, entry_id))


class TermApplication(Base):
    """One run that brought the confirmed mapping into a dataset: rows with a value, rows with a standard code."""

    __tablename__ = "terms_application"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dataset: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    status: Mapped[str]
    rows: Mapped[int] = mapped_column(comment="Rows that hold a source value")
    mapped_before: Mapped[int]
    mapped_after: Mapped[int]
    changed: Mapped[int]
    seconds: Mapped[float] = mapped_column(Float)
    applied_by: Mapped[str | None]
    applied_at: Mapped[datetime] = mapped_column(default=now)
