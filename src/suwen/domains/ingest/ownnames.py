"""Names of what a source keeps for a feed: they fit every database, and tell feeds and installations apart."""

import hashlib
import re

from suwen.domains.ingest.changelog import Wanted

PREFIX = "suwen_"
LONGEST_NAME = 63
_OWN = re.compile(rf"{PREFIX}[0-9a-f]{{8}}_")


def own_name(wanted: Wanted) -> str:
    """Return the name of what a source keeps for a feed; another installation that reads the same table has another."""
    return shortened(f"{PREFIX}{wanted.installation}_{wanted.feed.replace('.', '__')}")


def is_own(name: str) -> bool:
    """Say whether a table is one that holds changes for a feed, and nothing of the source's own."""
    return _OWN.match(name) is not None


def shortened(name: str, end: str = "") -> str:
    """Return a name with an end, of at most 63 letters together, told from others by its digest."""
    if len(name) + len(end) <= LONGEST_NAME:
        return name + end
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9 - len(end)]}_{digest}{end}"


def beginning_with(text: str, *, exactly: bool = False) -> str:
    """Return the pattern (LIKE … ESCAPE '!') of names that begin with a text, or that are it."""
    return "".join(f"!{letter}" if letter in "!%_" else letter for letter in text) + ("" if exactly else "%")
