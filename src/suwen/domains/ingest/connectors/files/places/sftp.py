"""Files on an SFTP server whose key is known."""

import asyncio
import stat
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.remote import Found, Remote, must_be_whole
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnavailable

PORT = 22
SECONDS = 30
T = TypeVar("T")


class Sftp(Remote):
    """A folder or file on an SFTP server."""

    def __init__(self, options: FilesOptions) -> None:
        self._options, self._path = options, options.path.as_posix()
        self._known = _key(options.host_key)

    def files(self) -> tuple[Found, ...]:
        """Return the folder's files, or the file."""
        return self._run(self._files)

    def fetch(self, wanted: Sequence[Found], folder: Path, most: int | None = None) -> list[Path]:
        """Write files into a folder here."""

        async def fetched(client: asyncssh.SFTPClient) -> list[Path]:
            single = not stat.S_ISDIR((await client.stat(self._path)).permissions or 0)
            return [await self._fetched(client, one, folder, most, single) for one in wanted]

        return self._run(fetched)

    def store(self, path: Path, name: str) -> None:
        """Put a file into the folder, whole or not at all; folders in its name are made. Raises SourceUnavailable."""
        target = f"{self._path}/{name}"
        above, _, last = target.rpartition("/")
        coming = f"{above}/.{last}.coming"

        async def stored(client: asyncssh.SFTPClient) -> None:
            await client.makedirs(above, exist_ok=True)
            await client.put(path, coming)
            came = (await client.stat(coming)).size
            if came != path.stat().st_size:
                raise SourceUnavailable(f"SFTP {target}: {came} bytes came instead of {path.stat().st_size}")
            await client.posix_rename(coming, target)

        self._run(stored)

    def content(self, name: str) -> bytes | None:
        """Return what a small file holds; None where there is none. Raises SourceUnavailable."""

        async def read(client: asyncssh.SFTPClient) -> bytes | None:
            if not await client.isfile(f"{self._path}/{name}"):
                return None
            async with client.open(f"{self._path}/{name}", "rb") as file:
                held: Any = await file.read()
                return held

        return self._run(read)

    def has(self, name: str) -> bool:
        """Say whether there is such a file. Raises SourceUnavailable."""
        return self._run(lambda client: client.isfile(f"{self._path}/{name}"))

    async def _files(self, client: asyncssh.SFTPClient) -> tuple[Found, ...]:
        own = await client.stat(self._path)
        if not stat.S_ISDIR(own.permissions or 0):
            return (_found(Path(self._path).name, own),)
        found: list[Found] = []
        for one in await client.readdir(self._path):
            name, told = str(one.filename), one.attrs
            if stat.S_ISLNK(told.permissions or 0):
                told = await client.stat(f"{self._path}/{name}")
            # A name leads nowhere but into its folder, whatever the server says.
            if stat.S_ISREG(told.permissions or 0) and "/" not in name:
                found.append(_found(name, told))
        return tuple(sorted(found, key=lambda each: each.name))

    async def _fetched(
        self, client: asyncssh.SFTPClient, found: Found, folder: Path, most: int | None, single: bool
    ) -> Path:
        there, here = self._path if single else f"{self._path}/{found.name}", folder / found.name
        if most is None:
            await client.get(there, here)
        else:
            async with client.open(there, "rb") as source:
                piece: Any = await source.read(most)
            here.write_bytes(piece)
        must_be_whole(found, here, most)
        if _found(found.name, await client.stat(there)) != found:
            raise SourceUnavailable(f"file {found.name} was written anew while it was fetched", file=found.name)
        return here

    def _run(self, work: Callable[[asyncssh.SFTPClient], Coroutine[Any, Any, T]]) -> T:
        async def connected() -> T:
            async with self._client() as client:
                return await work(client)

        try:
            return asyncio.run(connected())
        except asyncssh.HostKeyNotVerifiable:
            raise SourceUnavailable(
                f"SFTP {self._options.host}: the server shows another key than the known one; ask its administrator "
                "whether it was changed",
                received=self._options.host,
            ) from None
        except asyncssh.PermissionDenied:
            raise SourceUnavailable(
                f"SFTP {self._options.host}: user {self._options.user} is not let in", received=self._options.host
            ) from None
        except asyncssh.SFTPError as error:
            raise SourceUnavailable(f"SFTP {self._path}: {error.reason}", received=self._path) from None
        except (asyncssh.Error, OSError) as error:
            raise SourceUnavailable(f"SFTP {self._options.host}: {error}", received=self._options.host) from None

    @asynccontextmanager
    async def _client(self) -> AsyncGenerator[asyncssh.SFTPClient]:
        o = self._options
        password, own = o.password.get_secret_value(), o.private_key.get_secret_value()
        keys = [_own_key(own, password)] if own else None
        async with (
            asyncssh.connect(
                o.host, o.port or PORT, username=o.user, password=None if own else password, client_keys=keys,
                known_hosts=([self._known], [], []), agent_path=None, config=[], connect_timeout=SECONDS,
                login_timeout=SECONDS, keepalive_interval=SECONDS, preferred_auth="publickey" if own else "password",
            ) as connection,
            connection.start_sftp_client() as client,
        ):  # fmt: skip
            yield client


def _found(name: str, told: asyncssh.SFTPAttrs) -> Found:
    return Found(name, told.size or 0, f"{told.size} {told.mtime}")


def _key(text: str) -> asyncssh.SSHKey:
    """Return a server's public key, as a line of known_hosts or of ssh-keyscan has it."""
    words = text.split()
    begins = next((place for place, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), 0)
    try:
        return asyncssh.import_public_key(" ".join(words[begins : begins + 2]))
    except asyncssh.KeyImportError:
        raise InvalidDefinition("host_key: no public key (ssh-ed25519 AAAA…)", received=text[:40]) from None


def _own_key(text: str, passphrase: str) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(text, passphrase or None)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise InvalidDefinition("private_key: no private key, or another passphrase") from None
