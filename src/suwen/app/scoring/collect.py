"""A county of a seed of its own, carried through the ordinary feeds."""

from collections.abc import Callable
from typing import Any, cast

import pyarrow.parquet as _parquet

from suwen.app.demo.region.spec import RegionManifest
from suwen.app.demo.setup import set_up
from suwen.app.runtime import Runtime, prepare
from suwen.domains.ingest.public import FeedInfo, list_feeds, run_feed
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

parquet: Any = _parquet  # the stubs of pyarrow.parquet are partial


def truth(manifest: RegionManifest, file: str) -> list[dict[str, Any]]:
    """The rows of a truth table, by its path in the manifest; see `demo.region.truth` for the columns."""
    return cast("list[dict[str, Any]]", parquet.read_table(manifest.folder / file).to_pylist())


async def collect(
    runtime: Runtime, persons: int, seed: int, progress: Progress, wanted: Callable[[FeedInfo], bool]
) -> tuple[RegionManifest, list[FeedInfo]]:
    """Generate the county and run the wanted feeds of its three institutions; return it and the feeds that ran."""
    await prepare(runtime)
    manifest = await set_up(runtime, persons, progress, seed=seed)
    of_county = set(manifest.extra["org_codes"].values())
    async with runtime.database.unit_of_work() as uow:
        feeds = [f for f in await list_feeds(uow, Scope.everything()) if f.org_code in of_county and wanted(f)]
    progress.stage("采集与标准化", len(feeds))
    for feed in feeds:
        await run_feed(runtime.database, runtime.lake, runtime.settings, feed.code)
        progress.advance()
    return manifest, feeds
