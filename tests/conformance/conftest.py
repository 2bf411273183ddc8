"""Cheap password hashes, so that logging in many users costs no time."""

from collections.abc import Iterator

import pytest

from suwen.domains.identity.settings import get_identity_settings


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Few rounds of PBKDF2."""
    monkeypatch.setenv("SUWEN_IDENTITY_HASH_ITERATIONS", "1000")
    get_identity_settings.cache_clear()
    yield
    get_identity_settings.cache_clear()
