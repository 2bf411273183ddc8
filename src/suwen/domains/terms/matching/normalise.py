"""One spelling for what is written in many: width, script, numerals, punctuation, brackets."""

import unicodedata


def normalise(name: str) -> str:
    """Return the comparable form of a name: NFKC, lower case, no spaces at its ends."""
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())
