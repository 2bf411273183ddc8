"""What the demo has to work on: a generated county as three hospitals' systems, and the Eunomia hospital."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import psycopg.conninfo
import yaml
from anyio import to_thread

from suwen.app.demo.region.borders import borders
from suwen.app.demo.region.generate import generate
from suwen.app.demo.region.institutions import INSTITUTIONS, departments, staff
from suwen.app.demo.region.loaders import load_postgres
from suwen.app.demo.region.spec import RegionManifest, RegionSpec
from suwen.app.runtime import Runtime
from suwen.domains.ingest.public import import_boundaries, import_source
from suwen.domains.orgs.public import DepartmentIn, InstitutionIn, StaffIn, save
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

EXAMPLES = Path(__file__).parents[4] / "examples"
"""Worked configurations stand beside the package; the demo runs from a checkout."""

GENERAL_SOURCE = "qh_his"
"""Code of the general hospital's source in its example."""
HOSPITAL_DATABASE = "demo_general_his"

HOSPITALS = ("general", "tcm", "township", "eunomia")
"""The demo's hospitals: three of the generated county, and Eunomia."""


async def set_up(
    runtime: Runtime,
    persons: int,
    progress: Progress,
    *,
    seed: int | None = None,
    hospitals: Sequence[str] = HOSPITALS,
) -> RegionManifest:
    """Generate the county, load the general hospital's database, register all institutions and the hospitals' sources.

    The same again changes nothing; another size or seed replaces the county.
    """
    region = runtime.settings.workspace / "demo-region"
    spec = RegionSpec(persons=persons) if seed is None else RegionSpec(persons=persons, seed=seed)
    manifest = await to_thread.run_sync(lambda: generate(spec, region, progress))
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "tcm": ("region/tcm", {"path": str(manifest.source("tcm"))}),
        "township": ("region/township", {"path": str(manifest.source("township"))}),
        "eunomia": ("eunomia", {}),
    }
    if "general" in hospitals:
        loaded = await to_thread.run_sync(lambda: _load_hospital(runtime.settings.workspace, manifest, progress))
        places["general"] = ("region/general", loaded)
    await _register(runtime)
    async with runtime.database.unit_of_work() as uow:
        await import_boundaries(uow, Scope.everything(), borders(), "demo")
    async with runtime.database.unit_of_work() as uow:
        for name in hospitals:
            folder, options = places[name]
            path = EXAMPLES / folder / "source.yaml"
            await import_source(uow, path if not options else _with_options(path, options), runtime.settings)
    return manifest


def _with_options(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """The definition with the place of its data replaced: the mapping stays as an institution would write it."""
    definition = cast("dict[str, Any]", yaml.safe_load(path.read_text("utf-8")))
    definition["source"]["options"] |= options
    return definition


def _load_hospital(workspace: Path, manifest: RegionManifest, progress: Progress) -> dict[str, Any]:
    """Fill the general hospital's PostgreSQL from the generated files, once a content; gives the source's options."""
    server = EmbeddedPostgres(workspace)
    server.ensure()
    server.create_database(HOSPITAL_DATABASE)
    dsn = server.dsn(HOSPITAL_DATABASE)
    loaded = manifest.folder / "general" / f".loaded-{manifest.digest}"
    if not loaded.exists():
        progress.stage("医院业务库", 1)
        load_postgres(dsn, manifest.source("general"))
        loaded.touch()
    where = psycopg.conninfo.conninfo_to_dict(dsn)
    return {
        "host": where["host"],
        "port": int(where.get("port") or 5432),
        "database": HOSPITAL_DATABASE,
        "user": where["user"],
    }


async def _register(runtime: Runtime) -> None:
    async with runtime.database.unit_of_work() as uow:
        await save(
            uow,
            [
                InstitutionIn(
                    org_code=one.org_code,
                    name=one.name,
                    category_code=one.category_code,
                    level=one.level,
                    division_code=one.division_code,
                    beds=one.beds,
                    longitude=one.longitude,
                    latitude=one.latitude,
                )
                for one in INSTITUTIONS.values()
            ],
        )
        rooms = [
            DepartmentIn(org_code=one.org_code, code=one.code, name=one.name, beds=one.beds)
            for key in INSTITUTIONS
            for one in departments(key)
        ]
        await save(uow, rooms)
        people = [
            StaffIn(
                org_code=one.org_code,
                code=one.code,
                name=one.name,
                department_code=one.department_code,
                role=cast("Any", one.role),
            )
            for key in INSTITUTIONS
            for one in staff(key)
        ]
        await save(uow, people)
