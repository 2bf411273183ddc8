"""The matcher's files: csv in UTF-8 (with or without BOM) or GB 18030, or xlsx, with a header line.

| file | columns |
|---|---|
| standard | ``code,name`` |
| mentions | ``id,name`` |
| pairs | ``name,standard_name`` (several joined by ``##``) |
| answers | ``id,name,rank,code,standard_name,score,accepted,reason`` |
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from suwen.domains.terms.matching.answer import Answer, LearntPair, StandardTerm
from suwen.domains.terms.matching.normalise import normalise
from suwen.domains.terms.matching.reasons import NOTHING_ALIKE
from suwen.kernel import uploads
from suwen.kernel.errors import Invalid

SEVERAL = "##"
ANSWER_COLUMNS = ("id", "name", "rank", "code", "standard_name", "score", "accepted", "reason")


class UnreadableList(Invalid):
    """A file that is no such list: wrong encoding, missing column, nothing in it."""

    title = "名称表读不出来"


@dataclass(frozen=True)
class Kept:
    """A row that was kept aside: file, row (1 is the header), column, and why."""

    file: str
    line: int
    column: str
    reason: str
    value: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows of a list with their number (1 is the header), and what was kept aside."""

    rows: list[tuple[int, dict[str, str]]]
    aside: list[Kept]


def read_rows(path: Path, columns: Sequence[str]) -> Rows:
    """Read the named columns. Raises UnreadableList; a row with too few cells is kept aside."""
    rows: list[tuple[int, dict[str, str]]] = []
    aside: list[Kept] = []
    try:
        cells_of = uploads.read_rows(path.read_bytes())
        first = next(cells_of, list[str]())
        header = [cell.strip().lower() for cell in first]
        if missing := [column for column in columns if column not in header]:
            raise UnreadableList(
                f"{path.name} 第 1 行缺少列 {'、'.join(missing)}", received=header, allowed=list(columns)
            )
        places = {column: header.index(column) for column in columns}
        for line, cells in enumerate(cells_of, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if short := [column for column, place in places.items() if place >= len(cells)]:
                aside.append(Kept(path.name, line, short[0], "缺少这一列", ",".join(cells)[:80]))
            else:
                rows.append((line, {column: cells[place].strip() for column, place in places.items()}))
    except uploads.UnreadableFile as error:
        raise UnreadableList(f"{path.name}: {error}") from error
    return Rows(rows, aside)


def read_standard(path: Path) -> tuple[list[StandardTerm], list[Kept]]:
    """Read a standard list.

    Kept aside: rows without code or name, the same code and name again. One code under several names and one name
    under several codes are both used. Raises UnreadableList, also when no row is usable.
    """
    read = read_rows(path, ("code", "name"))
    terms: list[StandardTerm] = []
    aside = list(read.aside)
    seen: dict[tuple[str, str], int] = {}
    for line, row in read.rows:
        code, name = row["code"], row["name"]
        if empty := next((column for column in ("code", "name") if not row[column]), None):
            aside.append(Kept(path.name, line, empty, "为空", code or name))
        elif not normalise(name):
            aside.append(Kept(path.name, line, "name", "没有可比较的字", name))
        elif (code, name) in seen:
            aside.append(Kept(path.name, line, "code", f"与第 {seen[code, name]} 行重复", f"{code} {name}"))
        else:
            seen[code, name] = line
            terms.append(StandardTerm(code, name))
    if not terms:
        raise UnreadableList(f"{path.name} 里没有可用的行", received=len(read.rows))
    return terms, aside


def read_mention_list(path: Path) -> tuple[list[tuple[str, str]], list[Kept]]:
    """Read ids and names to be matched; rows without a name are kept aside. Raises UnreadableList."""
    read = read_rows(path, ("id", "name"))
    named: list[tuple[str, str]] = []
    aside = list(read.aside)
    for line, row in read.rows:
        if row["name"]:
            named.append((row["id"], row["name"]))
        else:
            aside.append(Kept(path.name, line, "name", "为空", row["id"]))
    return named, aside


def read_pairs(path: Path) -> tuple[list[LearntPair], list[int], list[Kept]]:
    """Read confirmed pairs and the row of each; rows without a name or an answer are kept aside.

    Raises UnreadableList.
    """
    read = read_rows(path, ("name", "standard_name"))
    pairs: list[LearntPair] = []
    lines: list[int] = []
    aside = list(read.aside)
    for line, row in read.rows:
        names = tuple(dict.fromkeys(part.strip() for part in row["standard_name"].split(SEVERAL) if part.strip()))
        if not row["name"] or not names:
            aside.append(Kept(path.name, line, "standard_name" if row["name"] else "name", "为空", row["name"]))
        else:
            pairs.append(LearntPair(row["name"], names))
            lines.append(line)
    return pairs, lines, aside


def write_pairs(path: Path, pairs: Iterable[LearntPair]) -> None:
    """Write confirmed pairs, UTF-8; readable by ``read_pairs``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("name", "standard_name"))
        writer.writerows((pair.name, SEVERAL.join(pair.standard_names)) for pair in pairs)


def write_answers(path: Path, ids: Sequence[str], answers: Iterable[Answer], *, english: bool = False) -> None:
    """Write answers, UTF-8, a row a candidate; a mention without any candidate has one row of rank 0.

    ``english``: the language of the reasons.
    Written beside the file and then put in its place: a run that is broken off leaves the old file as it was.
    """
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ANSWER_COLUMNS)
        for number, answer in zip(ids, answers, strict=True):
            writer.writerows(_answer_rows(number, answer, english=english))
    unfinished.replace(path)


def _answer_rows(number: str, answer: Answer, *, english: bool) -> Iterator[tuple[object, ...]]:
    if not answer.candidates:
        yield number, answer.name, 0, "", "", "0.0000", "false", NOTHING_ALIKE.en if english else NOTHING_ALIKE.zh
    for rank, found in enumerate(answer.candidates, start=1):
        yield (
            number, answer.name, rank, found.code, found.name, f"{found.score:.4f}",
            "true" if found.accepted else "false", found.reason_en if english else found.reason,
        )  # fmt: skip
