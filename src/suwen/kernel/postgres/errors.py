"""What can go wrong with the embedded server."""

from suwen.kernel.errors import Unavailable


class EmbeddedPostgresFailed(Unavailable):
    """The embedded PostgreSQL could not be made, started or stopped; `log` holds the end of what it said."""

    title = "内置数据库不可用"

    def __str__(self) -> str:
        log = self.context.get("log")
        return f"{super().__str__()}\n{log}" if log else super().__str__()
