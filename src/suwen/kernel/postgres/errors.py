"""What can go wrong with the embedded server."""

from suwen.kernel.errors import Unavailable


class EmbeddedPostgresFailed(Unavailable):
    """The embedded PostgreSQL could not be made, started or stopped; `log` holds the end of what it said."""

    title = "内置数据库不可用"
