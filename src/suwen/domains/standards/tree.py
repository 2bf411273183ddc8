"""Where an item stands in the tree of catalogues: by the parts of its standard, or by its kind of source."""

import re

from suwen.domains.standards.definitions import CATEGORY_TITLES, Kind
from suwen.domains.standards.schemas import SPECIFICATIONS

KINDS: dict[Kind, tuple[str, str]] = {
    "dataset": ("平台数据集", "Datasets of the platform"),
    "catalogue": ("标准数据集目录", "Datasets of the standards"),
    "data_element": ("数据元", "Data elements"),
    "value_set": ("值域代码表", "Value sets"),
    "document": ("共享文档", "Shared documents"),
    "specification": ("接口、管理与安全规范", "Specifications"),
}
"""Kinds of items with their titles, in the order of the tree."""

_PARTS = {
    "DE01": "标识",
    "DE02.01": "人口学及社会经济学特征",
    "DE02.10": "健康史",
    "DE03": "健康危险因素",
    "DE04.01": "主诉与症状",
    "DE04.10": "体格检查",
    "DE04.30": "临床辅助检查",
    "DE04.50": "实验室检查",
    "DE05.01": "医学诊断",
    "DE05.10": "医学评估",
    "DE06": "计划与干预",
    "DE07": "卫生费用",
    "DE08.10": "卫生机构",
    "DE08.30": "卫生人员",
    "DE08.50": "药品、设备与材料",
    "DE09": "卫生管理",
}
_SOURCES: tuple[tuple[str, str, str], ...] = (
    (r"GB/T", "1", "GB/T 国家标准代码"),
    (r"(CV|CT)\d\d\.", "2", "WS 364-2011 值域"),
    (r"CV5", "3", "WS 364 试行（2009）"),
    (r"WS ", "2", "WS 364-2011 值域"),
    (
        r"ICD|LOINC|ATC|SUWEN\.(diagnosis|operation|drug|(lab|exam|charge)_item|lab_order)$",
        "0",
        "疾病、手术与术语",
    ),
    (r"SUWEN\.", "5", "平台自定"),
    (r"(CHIS|PHIS)\.|RC|CQ\.|WFYF", "6", "厂商与地方字典"),
)


def branch_of(kind: str, code: str, standard: str, category: str | None) -> tuple[str, str]:
    """Return key and title of an item's branch; keys sort in the order in which branches are shown."""
    match kind:
        case "dataset":
            titles = list(CATEGORY_TITLES)
            place = titles.index(category) if category in titles else len(titles)
            return f"{place}", CATEGORY_TITLES.get(category or "", category or "其他")
        case "specification":
            known = {value: (str(place), title) for place, (value, title, _) in enumerate(SPECIFICATIONS)}
            return known.get(category or "", ("9", category or "其他"))
        case "data_element":
            found = next((part for part in (code[:7], code[:4]) if part in _PARTS), None)
            return (found, f"{found} {_PARTS[found]}") if found else (code[:4], code[:4])
        case "value_set":
            found = next(((key, title) for pattern, key, title in _SOURCES if re.match(pattern, code)), None)
            return found or ("4", "其他代码表")
        case _:
            # WS 445.10 comes after WS 445.9.
            return re.sub(r"\d+", lambda number: number[0].zfill(4), standard), standard
