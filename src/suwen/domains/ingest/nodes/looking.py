"""Looks at sources behind nodes, at the center: asked for by somebody who waits, handed out, answered once."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg

from suwen.domains.ingest.edge.looks import Kind, Look, Looked
from suwen.domains.ingest.edge.protocol import open_text
from suwen.domains.ingest.errors import SourceUnavailable, SourceUnreadable
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.nodes.calling import NodeCall
from suwen.domains.ingest.nodes.errors import BadChunk, LookRefused, NodeSilent
from suwen.domains.ingest.nodes.models import IngestNode
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.nodes.standing import LOST
from suwen.domains.ingest.vault import clear_text, master_key, sealed_text
from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.crypto import DecryptionFailed
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.settings import Settings

PATIENCE = 30.0
"""Seconds that somebody waits for a look."""
LATELY = timedelta(minutes=2)
"""So long after a look a node asks often: the next is answered at once."""


@dataclass(frozen=True)
class Asker:
    """Asks the node of a source, and waits; for threads. options: the connector's."""

    dsn: str = field(repr=False)
    key: bytes = field(repr=False)
    source: str
    org_code: str
    connector: str
    options: dict[str, Any] = field(repr=False)
    node: UUID

    def ask(self, kind: Kind, **wanted: Any) -> Looked:
        """Return what there is to see. Raises NodeSilent, SourceUnavailable, SourceUnreadable, LookRefused."""
        look = Look(id=new_id(), kind=kind, connector=self.connector, options=self.options, **wanted)
        asked = look.model_dump(mode="json", exclude={"options", "connector"})
        with self._listening() as connection:
            self._check(connection)
            sealed = sealed_text(json.dumps([asked, self.options]), self.key)
            connection.execute(
                "INSERT INTO ingest_look (id, node_id, source, org_code, asked, asked_at) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                [look.id, self.node, self.source, self.org_code, sealed, now()],
            )
            answer = self._await(connection, look.id)
        if answer.error is not None:
            kinds = {one.code: one for one in (SourceUnavailable, SourceUnreadable)}
            raise kinds.get(answer.code, LookRefused)(answer.error, source=self.source)
        return answer

    @contextmanager
    def _listening(self) -> Generator[psycopg.Connection[Any]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("LISTEN ingest_look")
            yield connection

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        """Raise NodeSilent for a node that nobody has heard of lately."""
        row = connection.execute("SELECT seen_at FROM ingest_node WHERE id = %s", [self.node]).fetchone()
        seen: datetime | None = row[0] if row is not None else None
        if seen is None or seen < now() - LOST:
            told = f"{seen.astimezone(LOCAL_ZONE):%Y-%m-%d %H:%M}" if seen is not None else "never"
            raise NodeSilent(f"the edge node is out of reach, last seen: {told}", received=self.source)

    def _await(self, connection: psycopg.Connection[Any], look: UUID) -> Looked:
        ends = monotonic() + PATIENCE
        while (left := ends - monotonic()) > 0:
            # Whoever answers says so; a word that was lost costs a second.
            for _ in connection.notifies(timeout=min(left, 1.0), stop_after=1):
                pass
            row = connection.execute(
                "WITH held AS (SELECT id, answer FROM ingest_look WHERE id = %s AND NOT answer IS NULL FOR UPDATE) "
                "UPDATE ingest_look AS l SET answer = NULL FROM held WHERE l.id = held.id RETURNING held.answer",
                [look],
            ).fetchone()
            if row is not None:
                return Looked.model_validate_json(clear_text(str(row[0]), self.key))
        raise NodeSilent(f"the edge node did not answer within {PATIENCE:g} seconds", received=self.source)


def asker_of(source: IngestSource, settings: Settings, dsn: str, options: dict[str, Any]) -> Asker:
    """Return who asks the node of a source."""
    assert source.node_id is not None
    key = master_key(settings)
    return Asker(dsn, key, source.code, source.org_code, source.connector, options, source.node_id)


async def looks_of(
    uow: UnitOfWork, settings: Settings, node: IngestNode, *, answers: bool
) -> tuple[tuple[Look, ...], bool]:
    """Return the looks that a node is waited for, and whether somebody has looked lately."""
    moment = now()
    held = await NodeRepository(uow.session).looks(node.id, moment - LATELY)
    sources = {one.code: one for one in await NodeRepository(uow.session).sources(node.id)}
    looks: list[Look] = []
    for one in held:
        # The source may be another's by now.
        waits = one.answered_at is None and one.asked_at > moment - timedelta(seconds=PATIENCE)
        if waits and answers and one.source in sources:
            asked, options = json.loads(clear_text(one.asked, master_key(settings)))
            looks.append(Look(connector=sources[one.source].connector, options=options, **asked))
    return tuple(looks), bool(held)


async def take(uow: UnitOfWork, settings: Settings, call: NodeCall, look: UUID) -> None:
    """Keep an answer for the one who waits for it. Raises BadChunk for one that cannot be read."""
    held = await NodeRepository(uow.session).look(call.node, look)
    if held is None or held.answered_at is not None:
        return
    try:
        answer = Looked.model_validate_json(open_text(call.body.decode(), call.center.private))
    except (DecryptionFailed, ValueError, KeyError) as error:
        raise BadChunk("答复无法读取", received=str(look)) from error
    held.answer, held.answered_at = sealed_text(answer.model_dump_json(), master_key(settings)), now()
    await NodeRepository(uow.session).tell_looked()
