"""Which place the options of a files source lead to."""

from collections.abc import Callable, Mapping

from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.local import Local
from suwen.domains.ingest.connectors.files.places.remote import Remote
from suwen.domains.ingest.connectors.files.places.s3 import S3
from suwen.domains.ingest.connectors.files.places.sftp import Sftp

ELSEWHERE: Mapping[str, Callable[[FilesOptions], Remote]] = {"sftp": Sftp, "s3": S3}


def place_of(options: FilesOptions) -> Remote:
    """Return the place of a source's files."""
    return ELSEWHERE.get(options.place, Local)(options)
