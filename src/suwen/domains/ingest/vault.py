"""What must not lie open in the database is kept encrypted with SM4 under the installation's master key.

That is secret options of sources (passwords), and values of patients' rows that a room has to keep for a while.
"""

import base64
import os
import secrets
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from suwen.kernel.crypto import hmac_sm3, sm4_gcm_decrypt, sm4_gcm_encrypt
from suwen.kernel.settings import Settings

SEALED = "sm4:"
HIDDEN = "******"
"""Stands where a secret is kept; handed back it means: the one that is kept."""
PLACE = ("place", "host", "port", "host_key", "socket", "path", "url", "login", "servers")
_CONTEXT = b"suwen.ingest.options"
_FINGERPRINT = b"suwen.ingest.fingerprint"


def master_key(settings: Settings) -> bytes:
    """Return the 16-byte key: SUWEN_MASTER_KEY, else the workspace's own, made at first need, readable to us alone."""
    if settings.master_key is not None:
        return bytes.fromhex(settings.master_key.get_secret_value())
    path = _place(settings)
    if not path.exists():
        settings.workspace.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"master.key.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(16))
        try:
            # A link fails where another process was first; then its key counts.
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return bytes.fromhex(path.read_text().strip())


def fingerprint(settings: Settings) -> str | None:
    """Return by what the key can be told from another, never what it is; None where none was made yet."""
    if settings.master_key is None and not _place(settings).exists():
        return None
    return hmac_sm3(master_key(settings), _FINGERPRINT).hex()[:16]


def installation_name(settings: Settings) -> str:
    """Return the 8 hex digits by which this installation calls what is its own at a source."""
    return hmac_sm3(master_key(settings), _FINGERPRINT).hex()[:8]


def seal(model: type[BaseModel], options: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Return the options with the values of secret fields encrypted; what is sealed already stays."""
    return {
        name: _sealed(str(value), key) if name in secret_fields(model) and value is not None else value
        for name, value in options.items()
    }


def unseal(options: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Return the options with sealed values in the clear; only for the connector's eyes."""
    return {
        name: clear_text(value, key) if isinstance(value, str) and value.startswith(SEALED) else value
        for name, value in options.items()
    }


def sealed_bytes(data: bytes, key: bytes) -> bytes:
    """Return data encrypted; every time otherwise."""
    return sm4_gcm_encrypt(key, data, _CONTEXT)


def clear_bytes(sealed: bytes, key: bytes) -> bytes:
    """Return what `sealed_bytes` was given. Raises DecryptionFailed under another key."""
    return sm4_gcm_decrypt(key, sealed, _CONTEXT)


def sealed_text(value: str, key: bytes) -> str:
    """Return a text encrypted; every time another one."""
    return SEALED + base64.b64encode(sm4_gcm_encrypt(key, value.encode(), _CONTEXT)).decode()


def clear_text(sealed: str, key: bytes) -> str:
    """Return what `sealed_text` was given. Raises DecryptionFailed under another key."""
    return sm4_gcm_decrypt(key, base64.b64decode(sealed.removeprefix(SEALED)), _CONTEXT).decode()


def shown(model: type[BaseModel], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options as a screen may show them: without the values of secret fields."""
    secret = secret_fields(model)
    return {name: HIDDEN if name in secret and value else value for name, value in options.items()}


def completed(model: type[BaseModel], options: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Return the options with the secrets that were left out taken from those `stored` (in the clear).

    A stored secret goes nowhere but where it was kept for: only with its place (`PLACE`) unchanged.
    """
    given = {name: value for name, value in options.items() if not (name in secret_fields(model) and value == HIDDEN)}
    if any(given.get(name, stored.get(name)) != stored.get(name) for name in PLACE):
        return given
    return {name: value for name, value in stored.items() if name in secret_fields(model)} | given


def secret_fields(model: type[BaseModel]) -> set[str]:
    """Return the names of the fields of type SecretStr."""
    return {name for name, info in model.model_fields.items() if info.annotation is SecretStr}


def _sealed(value: str, key: bytes) -> str:
    return value if value.startswith(SEALED) else sealed_text(value, key)


def _place(settings: Settings) -> Path:
    return settings.workspace / "master.key"
