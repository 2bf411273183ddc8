"""What the platform says to people, in both languages."""

from typing import NamedTuple


class Words(NamedTuple):
    """One text in Chinese and in English; codes and values of data stand in both as they are."""

    zh: str
    en: str
