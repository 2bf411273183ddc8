"""Write a region to a folder: `generate(spec, folder, progress)`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np

from suwen.app.demo.region import truth
from suwen.app.demo.region.content import ORGS
from suwen.app.demo.region.faults import spoil
from suwen.app.demo.region.institutions import INSTITUTIONS
from suwen.app.demo.region.population import CHUNK
from suwen.app.demo.region.render import Sheet
from suwen.app.demo.region.schema import schema
from suwen.app.demo.region.spec import Progress, RegionManifest, RegionSpec
from suwen.app.demo.region.world import World, make
from suwen.app.demo.region.writers import TableWriter, open_writers


class _Run:
    """One run of the generator into an empty folder."""

    def __init__(self, spec: RegionSpec, folder: Path) -> None:
        self.spec, self.folder = spec, folder
        self.writers: dict[str, dict[str, TableWriter]] = {
            key: dict(open_writers(folder / key, schema(key))) for key in ORGS
        }
        self.pen = ThreadPoolExecutor(max_workers=1)  # writes on the second core while the next table is drawn
        self.rows = {key: dict.fromkeys(schema(key).tables, 0) for key in ORGS}
        self.encounters = 0
        self.persons = truth.TruthFile(folder / "truth" / "persons.parquet")
        self.identities = truth.TruthFile(folder / "truth" / "identities.parquet")
        self.errors = truth.TruthFile(folder / "truth" / "errors.parquet")

    def write(self, chunk: int) -> None:
        """Draw a chunk and append it everywhere."""
        world = make(self.spec, chunk)
        self.encounters += len(world.visits)
        self.persons.write(truth.persons(world.people))
        pending = [page for org in range(len(ORGS)) for page in self._institution(world, chunk, org)]
        for page in pending:
            page.result()

    def _institution(self, world: World, chunk: int, org: int) -> Iterator[Future[None]]:
        key = ORGS[org]
        source = schema(key)
        known = truth.identities(world, org)
        self.identities.write(known)
        for place, (name, table) in enumerate(source.tables.items()):
            rng = np.random.default_rng([self.spec.seed, chunk, 100 + org, place])
            data, errors = spoil(
                Sheet(world, chunk, org, source, table).table_of_values(), table, self.spec.error_rate, chunk == 0, rng
            )
            yield self.pen.submit(self.writers[key][name].write, data)
            self.rows[key][name] += data.num_rows
            self.errors.write(truth.labelled(errors, org, name))
            if table.frame == "registration":
                self.errors.write(truth.labelled(truth.swapped_ids(known, org, errors), org, name))

    def close(self) -> RegionManifest:
        """Finish all files."""
        self.pen.shutdown()
        files = {
            key: {
                name: tuple(str(path.relative_to(self.folder)) for path in writer.close())
                for name, writer in tables.items()
            }
            for key, tables in self.writers.items()
        }
        for file in (self.persons, self.identities, self.errors):
            file.close()
        manifest = RegionManifest(
            digest=self.spec.digest(),
            spec={name: str(value) if name in ("start", "end") else value for name, value in asdict(self.spec).items()},
            folder=self.folder, sources={key: key for key in ORGS}, files=files, rows=self.rows,
            encounters=self.encounters,
            extra={"org_codes": {key: INSTITUTIONS[key].org_code for key in ORGS}, "errors": self.errors.rows,
                   "identities": self.identities.rows},
        )  # fmt: skip
        manifest.write(self.folder)
        return manifest


def generate(spec: RegionSpec, folder: Path, progress: Progress | None = None) -> RegionManifest:
    """Write the region of a spec into `folder` and return its manifest; nothing is done where it already stands.

    Layout: general/*.parquet, tcm/*.{sql,txt}, township/*.{xlsx,csv}, truth/*.parquet, manifest.json. The whole is
    written beside the folder and takes its place at the end, so a run that is killed leaves the last whole region.
    Memory holds one chunk of 10,000 persons at a time.
    """
    folder = folder.resolve()
    standing = RegionManifest.read(folder)
    if standing is not None and standing.digest == spec.digest():
        return standing
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    run = _Run(spec, draft)
    chunks = -(-spec.persons // CHUNK)
    if progress is not None:
        progress.stage("demo region", chunks)
    for chunk in range(chunks):
        run.write(chunk)
        if progress is not None:
            progress.advance(1)
    run.close()
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    draft.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    written = RegionManifest.read(folder)
    assert written is not None
    return written
