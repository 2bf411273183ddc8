"""What can go wrong with systems of the region."""

from suwen.kernel.errors import NotFound


class UnknownPeer(NotFound):
    """No system of this code is declared."""

    title = "没有此系统"

    def __init__(self, code: str, known: list[str]) -> None:
        super().__init__("no such system is declared", received=code, allowed=known)
