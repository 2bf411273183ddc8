"""Which database this installation uses."""

from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.settings import Settings


def database_url(settings: Settings) -> str:
    """Return the URL of the configured database, or of the embedded one, which is started when needed."""
    return settings.database_url or EmbeddedPostgres(settings.workspace).ensure()
