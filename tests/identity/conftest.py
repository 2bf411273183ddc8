"""An app of this room alone on a fresh database, with cheap password hashes."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from suwen.domains.identity.domain import DOMAIN
from suwen.domains.identity.settings import get_identity_settings
from suwen.kernel.database import Database
from suwen.kernel.settings import Settings
from tests.serving import app_over


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Few rounds, so that the tests do not spend their time on hashing."""
    monkeypatch.setenv("SUWEN_IDENTITY_HASH_ITERATIONS", "1000")
    get_identity_settings.cache_clear()
    yield
    get_identity_settings.cache_clear()


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    """The application with this room only."""
    return app_over(settings, database, domains=(DOMAIN,))
