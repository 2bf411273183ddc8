"""Sources of stored feeds: their connectors, and where they tell their changes."""

from typing import Any

from suwen.domains.ingest.changelog import ChangeSource, Own, Wanted
from suwen.domains.ingest.connector import Connector, connect
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import BehindNode
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.vault import installation_name, master_key, unseal
from suwen.kernel.settings import Settings


def connected(source: IngestSource, settings: Settings) -> Connector[Any]:
    """Return the connector of a stored source. Raises BehindNode for one that the platform does not reach."""
    if source.node_id is not None:
        raise BehindNode(source.code)
    return connect(source.connector, unseal(source.options, master_key(settings)))


async def changes_of_feed(repository: IngestRepository, feed: IngestFeed, settings: Settings) -> ChangeSource | None:
    """Return where a stored feed's source tells its changes; None where it does not."""
    definition = FeedDefinition.model_validate(feed.definition)
    if definition.capture.told is None:
        return None
    source = await repository.source_of(feed)
    own = own_store(repository, settings, source.code)
    return changes_at(connected(source, settings), feed.code, definition, installation_name(settings), own)


def own_store(repository: IngestRepository, settings: Settings, source: str) -> Own:
    """Return where what a source sends lies here."""
    return Own(repository.dsn, master_key(settings), source)


def changes_at(
    connector: Connector[Any], code: str, feed: FeedDefinition, installation: str, own: Own | None
) -> ChangeSource | None:
    """Return where a connector tells a feed's changes; None where it is to read rows only.

    code: the feed's full code. installation: how this one calls itself there. own: where what is sent here lies.
    """
    if feed.capture.told is None or feed.table is None:
        return None
    return connector.changes(Wanted(feed.capture.told, code, feed.table, feed.key, installation, own))
