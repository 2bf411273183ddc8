"""What was learnt: pairs from another region merged, all or nothing."""

from collections.abc import Mapping
from typing import Any

from anyio import to_thread

from suwen.domains.standards.public import load_value_set
from suwen.domains.terms.kinds import kind_of
from suwen.domains.terms.names import JOIN, name_key
from suwen.domains.terms.reading import NO_NAME, STANDARD_TITLE
from suwen.domains.terms.repository.reports import ReportRepository
from suwen.domains.terms.schemas_asking import MergeReport
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.uploads import NO_ROWS, Mistake, UnreadableFile, mistake, read_rows, refuse
from suwen.kernel.words import Words

_HEADERS = {
    "name": ("源名称", "名称", "name"),
    "codes": ("标准代码", "standard_codes", "standard_code", "code"),
    "names": ("标准名称", "standard_names", "standard_name"),
    "support": ("确认次数", "support"),
}
_STANDARD_NAME = Words("标准名称", "Standard name")


async def merge_pairs(uow: UnitOfWork, kind: str, target: str, region: str, content: bytes) -> MergeReport:
    """Merge a knowledge base exported elsewhere (csv or xlsx) into this one.

    A line needs the source name and the standard codes, or names, several joined by ##. Codes that the terminology
    does not have, or a name that no code or several codes have, refuse the file with their rows. A pair that is here
    already gets the other region's confirmations added; a name that is mapped otherwise here keeps both, for the bench
    to show.
    """
    kind_of(kind)
    standard = await load_value_set(uow, target)
    given = await to_thread.run_sync(_read, content, standard.titles)
    repository = ReportRepository(uow.session)
    known = await repository.pair_ids(target, [line["name_key"] for line in given])
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for line in given:
        place = (line["name_key"], line["standard_codes"])
        if place in rows:
            rows[place]["support"] += line["support"]
            continue
        more = {"id": new_id(), "kind": kind, "target": target, "origin": region, "updated_at": now()}
        rows[place] = {**line, **more}
    await repository.merge(list(rows.values()))
    merged = sum(codes in known.get(key, ()) for key, codes in rows)
    differing = len({key for key, codes in rows if known.get(key, set()) - {codes}})
    return MergeReport(added=len(rows) - merged, merged=merged, differing=differing)


def _read(content: bytes, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = read_rows(content)
    header = [text.strip() for text in next(rows, list[str]())]
    places = {
        name: next((header.index(alias) for alias in aliases if alias in header), None)
        for name, aliases in _HEADERS.items()
    }
    if places["name"] is None or (places["codes"] is None and places["names"] is None):
        raise UnreadableFile(
            "须有源名称列，以及标准代码列或标准名称列",
            detail_en="a column of source names is needed, and one of standard codes or of standard names",
            received="、".join(header),
        )
    by_name: dict[str, list[str]] = {}
    for code, title in titles.items():
        by_name.setdefault(title, []).append(code)
    errors: list[Mistake] = []
    found: list[dict[str, Any]] = []

    def at(row: list[str], name: str) -> str:
        place = places[name]
        return row[place].strip() if place is not None and place < len(row) else ""

    for number, row in enumerate(rows, start=2):
        if not any(text.strip() for text in row):
            continue
        name, support = at(row, "name"), at(row, "support") or "1"
        codes = [code.strip() for code in at(row, "codes").split(JOIN) if code.strip()]
        if not codes:
            for title in (part.strip() for part in at(row, "names").split(JOIN)):
                matching = by_name.get(title, [])
                if len(matching) == 1:
                    codes.append(matching[0])
                else:
                    errors.append(mistake(number, _STANDARD_NAME, _unnamed(title, several=bool(matching))))
        if unknown := [code for code in codes if code not in titles]:
            told = "、".join(unknown)
            errors.append(mistake(number, STANDARD_TITLE, Words(f"不存在或已停用：{told}", f"not in force: {told}")))
        if not name:
            errors.append(mistake(number, Words("源名称", "Source name"), NO_NAME))
        if not support.isdigit() or int(support) < 1:
            errors.append(
                mistake(number, Words("确认次数", "Times confirmed"), Words("不是正整数", "no number from 1 on"))
            )
            support = "1"
        found.append(
            {
                "name": name,
                "name_key": name_key(name),
                "standard_codes": JOIN.join(codes),
                "standard_names": JOIN.join(titles.get(code, "") for code in codes),
                "support": int(support),
            }
        )
    refuse(errors)
    if not found:
        raise UnreadableFile(NO_ROWS.zh, detail_en=NO_ROWS.en)
    return found


def _unnamed(title: str, *, several: bool) -> Words:
    if several:
        return Words(f"不止一个标准代码叫：{title}", f"several standard codes are called {title}")
    return Words(f"没有标准名称：{title}", f"nothing in the terminology is called {title}")
