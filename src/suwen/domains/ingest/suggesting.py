"""A first mapping, guessed from names: a source column whose name or comment is that of an element."""

import re
from collections.abc import Iterable, Mapping

from suwen.domains.ingest.schemas import ColumnSeen
from suwen.domains.standards.public import Dataset

_NOISE = re.compile(r"[\s_\-./（）()：:，,、]+")


def suggest(dataset: Dataset, columns: Iterable[ColumnSeen]) -> dict[str, str]:
    """Return source column names by element; a column is used once, the name counts before the comment.

    Equal means: letters and Chinese characters are, whatever the case, blanks and underscores between them. An element
    goes by its name, its Chinese and its English title and its data-element id.
    """
    free = {column.name: column for column in columns}
    found: dict[str, str] = {}
    for of_column in (_name, _comment):
        for element in dataset.elements:
            if element.name in found:
                continue
            wanted = {_plain(text) for text in (element.name, element.title, element.title_en, element.de or "")} - {""}
            hit = next((name for name, column in free.items() if _plain(of_column(column)) in wanted), None)
            if hit is not None:
                found[element.name] = hit
                del free[hit]
    return {element.name: found[element.name] for element in dataset.elements if element.name in found}


def key_of(dataset: Dataset, suggestion: Mapping[str, str]) -> tuple[str, ...]:
    """Return the source columns that make up the dataset's key, none when one of them was not found."""
    names = [suggestion[name] for name in dataset.key if name in suggestion]
    return tuple(names) if len(names) == len(dataset.key) else ()


def _name(column: ColumnSeen) -> str:
    return column.name


def _comment(column: ColumnSeen) -> str:
    return column.comment


def _plain(text: str) -> str:
    return _NOISE.sub("", text).lower()
