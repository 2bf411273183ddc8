"""Files in an S3-compatible store (MinIO, Ceph, the clouds'), through Arrow's own client."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pyarrow import fs

from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.remote import PIECE, Found, Remote, must_be_whole
from suwen.domains.ingest.errors import SourceUnavailable

SECONDS = 60


class S3(Remote):
    """What stands behind a bucket's prefix, up to the next slash; or one object."""

    def __init__(self, options: FilesOptions) -> None:
        self._options, self._path = options, options.path.as_posix().strip("/")

    def files(self) -> tuple[Found, ...]:
        """Return the prefix's objects, or the object."""
        try:
            store = self._store()
            own = store.get_file_info(self._path)
            if own.type is fs.FileType.File:
                return (_found(own),)
            inside = store.get_file_info(fs.FileSelector(self._path))
        except OSError as error:
            raise self._unavailable(error) from None
        return tuple(sorted((_found(one) for one in inside if one.type is fs.FileType.File), key=lambda one: one.name))

    def fetch(self, wanted: Sequence[Found], folder: Path, most: int | None = None) -> list[Path]:
        """Write objects into a folder here."""
        paths: list[Path] = []
        try:
            store = self._store()
            single = store.get_file_info(self._path).type is fs.FileType.File
            for found in wanted:
                there, here = self._path if single else f"{self._path}/{found.name}", folder / found.name
                with store.open_input_stream(there, compression=None) as source, here.open("wb") as file:
                    left = found.size if most is None else most
                    while left > 0 and (piece := source.read(min(PIECE, left))):
                        file.write(piece)
                        left -= len(piece)
                must_be_whole(found, here, most)
                if _found(store.get_file_info(there)) != found:
                    raise SourceUnavailable(f"file {found.name} was written anew while it was fetched", file=found.name)
                paths.append(here)
        except OSError as error:
            raise self._unavailable(error) from None
        return paths

    def _store(self) -> fs.S3FileSystem:
        o = self._options
        url = urlsplit(o.host if "://" in o.host else f"https://{o.host}")
        port = o.port or url.port
        endpoint = f"{url.hostname}:{port}" if port else url.hostname
        secret, plain = o.password.get_secret_value(), url.scheme == "http"
        return fs.S3FileSystem(
            access_key=o.user or None, secret_key=secret or None, anonymous=not o.user, region=o.region or None,
            scheme="http" if plain else "https", endpoint_override=endpoint if o.host else None,
            connect_timeout=SECONDS, request_timeout=SECONDS,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=3),
        )  # fmt: skip

    def _unavailable(self, error: OSError) -> SourceUnavailable:
        told = str(error).splitlines()[0]
        if secret := self._options.password.get_secret_value():
            told = told.replace(secret, "<password>")
        return SourceUnavailable(f"S3 {self._path}: {told}", received=self._path)


def _found(info: fs.FileInfo) -> Found:
    return Found(info.base_name, info.size or 0, f"{info.size} {info.mtime_ns}")
