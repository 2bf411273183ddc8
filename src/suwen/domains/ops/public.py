"""The door of the room ops.

made = await make_elsewhere(database, lake, settings, Path("/backup/2026-11-22"), progress)
manifest, digest = read_manifest(folder)
faults = faults_of(folder, manifest, progress)
await restore(database_url, settings, folder, progress)   # into an empty database and lake
"""

from suwen.domains.ops.archive import Fault, Manifest, faults_of, read_manifest
from suwen.domains.ops.service.creating import Made
from suwen.domains.ops.service.recording import make_elsewhere
from suwen.domains.ops.service.restoring import Restored, refuse_half_restored, restore

__all__ = [
    "Fault",
    "Made",
    "Manifest",
    "Restored",
    "faults_of",
    "make_elsewhere",
    "read_manifest",
    "refuse_half_restored",
    "restore",
]
