"""The embedded PostgreSQL of an installation without a database of its own.

Any number of processes may use it at once:

    postgres = EmbeddedPostgres(settings.workspace)
    url = postgres.ensure()      # starts it, or finds it running
    ...
    postgres.release()           # stops it when no other process uses it
"""

from suwen.kernel.postgres.embedded import EmbeddedPostgres
from suwen.kernel.postgres.errors import EmbeddedPostgresFailed

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresFailed"]
