"""Views across dictionaries: what institutions map differently, what stands for a standard term, what was learnt."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, Text, and_, exists, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from suwen.domains.terms.models import (
    EVERYWHERE,
    TermConflict,
    TermDictionary,
    TermEntry,
    TermMapping,
    TermPair,
    TermUse,
    TermUseSum,
)
from suwen.domains.terms.names import name_key
from suwen.domains.terms.repository.dictionaries import seen
from suwen.kernel.clock import now
from suwen.kernel.ids import new_id
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

PORTION = 5000
SIDES = 50
"""So many entries of a name in conflict are shown."""


class ReportRepository(Repository):
    """Views across dictionaries."""

    async def conflicts(
        self, scope: Scope, kind: str | None, text: str, offset: int, limit: int
    ) -> tuple[int, list[tuple[str, str]]]:
        """Return the number of names that are mapped differently, and a page of them as (kind, name key)."""
        names = self._conflicts(scope, kind, text).subquery("found")
        total = int(await self.session.scalar(select(func.count()).select_from(names)) or 0)
        page = select(names.c.kind, names.c.name_key).order_by(names.c.records.desc(), names.c.kind, names.c.name_key)
        rows = await self.session.execute(page.offset(offset).limit(limit))
        return total, [(row[0], row[1]) for row in rows]

    async def every_side(self, scope: Scope, kind: str | None, text: str) -> AsyncIterator[Sequence[TermEntry]]:
        """Yield the mapped entries of all names that are mapped differently, in portions, names most used first."""
        found, entry = self._conflicts(scope, kind, text).subquery("found"), TermEntry
        same = (entry.kind == found.c.kind) & (entry.name_key == found.c.name_key)
        query = select(entry).join(found, same & entry.mapped.is_not(None) & entry.present)
        query = query.where(seen(entry.org_code, scope)).order_by(
            found.c.records.desc(), found.c.kind, found.c.name_key, entry.records.desc(), entry.id
        )
        rows = await self.session.stream_scalars(query.execution_options(yield_per=PORTION))
        async for portion in rows.partitions():
            yield portion

    def _conflicts(self, scope: Scope, kind: str | None, text: str) -> Any:
        conflict = TermConflict
        found: Any = select(conflict.kind, conflict.name_key, conflict.records)
        found = found.where(conflict.org_code == (_counted_as(scope) or EVERYWHERE))
        if kind is not None:
            found = found.where(conflict.kind == kind)
        if text:
            found = found.where(conflict.name_key.contains(name_key(text), autoescape=True))
        if _counted_as(scope) is None:
            # Whoever sees some institutions sees the conflicts among these, with their records.
            entry = TermEntry
            same = (entry.kind == conflict.kind) & (entry.name_key == conflict.name_key)
            found = (
                found.with_only_columns(conflict.kind, conflict.name_key, func.sum(entry.records).label("records"))
                .join(entry, same & entry.mapped.is_not(None) & entry.present)
                .where(seen(entry.org_code, scope))
                .group_by(conflict.kind, conflict.name_key)
                .having(func.min(entry.mapped) < func.max(entry.mapped))
            )
        return found

    async def using(
        self, scope: Scope, targets: Collection[str], codes: Collection[str]
    ) -> list[tuple[TermDictionary, int]]:
        """Return the dictionaries that map to some value sets, or only to some of their codes, with entries that do.

        Without codes those count, too, that are to be mapped there and have no entry mapped yet.
        """
        if not targets:
            return []
        table, use = TermDictionary, TermUse
        joined = [use.dictionary_id == table.id, use.target.in_(sorted(targets))]
        if codes:
            joined.append(use.standard_code.in_(sorted(codes)))
        entries = func.coalesce(func.sum(use.entries), 0)
        meant = [] if codes else sorted(targets)
        query = (
            select(table.id, entries)
            .outerjoin(use, and_(*joined))
            .where(seen(table.org_code, scope), or_(use.entries > 0, table.target.in_(meant)))
            .group_by(table.id)
        )
        counted = {key: int(count) for key, count in await self.session.execute(query)}
        chosen = select(table).where(table.id.in_(list(counted)))
        rows = await self.all(chosen.order_by(table.org_code, table.system, table.kind, table.topic))
        return [(row, counted[row.id]) for row in rows]

    async def sides(self, scope: Scope, names: Iterable[tuple[str, str]]) -> list[TermEntry]:
        """Return the mapped entries of some names, given as (kind, name key): of each the most used."""
        entry, wanted = TermEntry, list(names)
        given = [func.unnest(literal([name[at] for name in wanted], ARRAY(Text))) for at in (0, 1)]
        name = select(given[0].label("kind"), given[1].label("name_key")).subquery("name")
        of_name = (
            select(entry.id)
            .where(entry.kind == name.c.kind, entry.name_key == name.c.name_key, entry.mapped.is_not(None))
            .where(entry.present, seen(entry.org_code, scope))
            .order_by(entry.records.desc(), entry.id)
            .limit(SIDES)
            .lateral("of_name")
        )
        chosen = select(of_name.c.id).select_from(name.join(of_name, true()))
        return await self.all(select(entry).where(entry.id.in_(chosen)).order_by(entry.records.desc(), entry.id))

    async def reverse(
        self, scope: Scope, target: str | None, text: str, offset: int, limit: int
    ) -> tuple[int, list[Any]]:
        """Return the number of standard terms that are mapped to, and a page, those with most entries first.

        A line: target, standard_code, standard_name, entries, institutions, records.
        """
        terms = _uses(scope, target, text).subquery("terms")
        order = (terms.c.entries.desc(), terms.c.target, terms.c.standard_code)
        page = select(terms).order_by(*order).offset(offset).limit(limit)
        return await self.count(select(terms)), list((await self.session.execute(page)).all())

    async def every_use(self, scope: Scope, target: str | None, text: str) -> AsyncIterator[Sequence[Any]]:
        """Yield the lines of all standard terms that are mapped to, in portions, those with most entries first."""
        terms = _uses(scope, target, text).subquery("terms")
        query = select(terms).order_by(terms.c.entries.desc(), terms.c.target, terms.c.standard_code)
        rows = await self.session.stream(query.execution_options(yield_per=PORTION))
        async for portion in rows.partitions():
            yield portion

    async def targets(self, scope: Scope) -> list[str]:
        """Return the terminologies that something is mapped to."""
        # From one terminology to the next by the index: there are few of them, and many sums of each.
        least = select(func.min(TermUseSum.target).label("target")).where(TermUseSum.org_code == EVERYWHERE)
        chain = least.cte("chain", recursive=True)
        following = least.where(TermUseSum.target > chain.c.target).scalar_subquery()
        chain = chain.union_all(select(following).where(chain.c.target.is_not(None)))
        query = select(chain.c.target).where(chain.c.target.is_not(None))
        if scope.orgs is not None:
            query = query.where(exists().where(TermUseSum.target == chain.c.target, seen(TermUseSum.org_code, scope)))
        return await self.all(query.order_by(chain.c.target))

    async def entries_of(self, scope: Scope, target: str, code: str, offset: int, limit: int) -> list[TermEntry]:
        """Return the source entries that stand for a standard term, the most used first."""
        mapping, entry = TermMapping, TermEntry
        query: Select[TermEntry] = (
            select(entry)
            .join(mapping, mapping.entry_id == entry.id)
            .where(mapping.target == target, mapping.standard_code == code, entry.present)
        )
        query = query.where(seen(entry.org_code, scope))
        return await self.all(query.order_by(entry.records.desc(), entry.id).offset(offset).limit(limit))

    async def learn(  # unscoped: what was learnt belongs to the region
        self, kind: str, target: str, name: str, codes: str, names: str, sign: int = 1
    ) -> None:
        """Count a decision for a pair, or take it back (sign -1): at 0 the pair is forgotten."""
        pair = TermPair
        key = name_key(name)
        if sign < 0:
            same = (pair.target == target) & (pair.name_key == key) & (pair.standard_codes == codes)
            found = await self.one_or_none(select(pair).where(same).with_for_update())
            if found is not None and found.origin == "":
                found.support -= 1
                if found.support <= 0:
                    await self.delete(found)
            return
        row = {
            "id": new_id(), "kind": kind, "target": target, "name": name, "name_key": key, "standard_codes": codes,
            "standard_names": names, "support": 1, "origin": "", "updated_at": now(),
        }  # fmt: skip
        await self.merge([row])

    async def merge(self, rows: list[dict[str, Any]]) -> None:  # unscoped: what was learnt belongs to the region
        """Add pairs; the supports of a pair that is there already are summed."""
        for start in range(0, len(rows), PORTION):
            statement = insert(TermPair).values(rows[start : start + PORTION])
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["target", "name_key", "standard_codes"],
                    set_={
                        "support": TermPair.support + statement.excluded.support,
                        "updated_at": statement.excluded.updated_at,
                    },
                )
            )

    async def pairs(self, target: str) -> list[TermPair]:  # unscoped: what was learnt belongs to the region
        """Return the learnt pairs of a terminology, those with the most support first."""
        pair = TermPair
        query = select(pair).where(pair.target == target)
        return await self.all(query.order_by(pair.support.desc(), pair.name_key, pair.id))

    async def pair_ids(  # unscoped: what was learnt belongs to the region
        self, target: str, keys: Iterable[str]
    ) -> dict[str, set[str]]:
        """Return name key → joined codes of the learnt pairs of some names."""
        pair = TermPair
        found: dict[str, set[str]] = {}
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), PORTION):
            part = wanted[start : start + PORTION]
            query = select(pair.name_key, pair.standard_codes).where(pair.target == target, pair.name_key.in_(part))
            for key, codes in await self.session.execute(query):
                found.setdefault(key, set()).add(codes)
        return found


def _counted_as(scope: Scope) -> str | None:
    """Return under which institution the counts of a scope are kept; None where they are of several together."""
    if scope.orgs is None:
        return EVERYWHERE
    return next(iter(scope.orgs)) if len(scope.orgs) == 1 else None


def _uses(scope: Scope, target: str | None, text: str) -> Any:
    """Return standard terms that are mapped to: the columns of `TermUseSum` without its institution."""
    total = TermUseSum
    wanted = [total.target == target] if target is not None else []
    if text:
        wanted.append(total.search.contains(text.lower(), autoescape=True))
    term = (total.target, total.standard_code)
    place = _counted_as(scope)
    if place is not None:
        counts = (total.standard_name, total.entries, total.institutions, total.records)
        return select(*term, *counts).where(total.org_code == place, *wanted)
    return (
        select(
            *term,
            func.min(total.standard_name).label("standard_name"),
            func.sum(total.entries).label("entries"),
            func.count().label("institutions"),
            func.sum(total.records).label("records"),
        )
        .where(seen(total.org_code, scope), *wanted)
        .group_by(*term)
    )
