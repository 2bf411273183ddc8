"""Where an item stands in the tree of catalogues: by the parts of its standard, or by its kind of source."""

import re

from suwen.domains.standards.definitions import CATEGORY_TITLES, CATEGORY_TITLES_EN, Kind
from suwen.domains.standards.schemas import SPECIFICATIONS
from suwen.kernel.words import Words

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
    "DE01": Words("标识", "Identification"),
    "DE02.01": Words("人口学及社会经济学特征", "Demographic and social features"),
    "DE02.10": Words("健康史", "Health history"),
    "DE03": Words("健康危险因素", "Health risks"),
    "DE04.01": Words("主诉与症状", "Complaints and symptoms"),
    "DE04.10": Words("体格检查", "Physical examination"),
    "DE04.30": Words("临床辅助检查", "Clinical examinations"),
    "DE04.50": Words("实验室检查", "Laboratory examinations"),
    "DE05.01": Words("医学诊断", "Diagnoses"),
    "DE05.10": Words("医学评估", "Medical assessments"),
    "DE06": Words("计划与干预", "Plans and interventions"),
    "DE07": Words("卫生费用", "Costs"),
    "DE08.10": Words("卫生机构", "Institutions"),
    "DE08.30": Words("卫生人员", "Staff"),
    "DE08.50": Words("药品、设备与材料", "Drugs, equipment and materials"),
    "DE09": Words("卫生管理", "Health administration"),
}
_SOURCES: tuple[tuple[str, str, Words], ...] = (
    (r"GB/T", "1", Words("GB/T 国家标准代码", "GB/T national codes")),
    (r"(CV|CT)\d\d\.", "2", Words("WS 364-2011 值域", "WS 364-2011")),
    (r"CV5", "3", Words("WS 364 试行（2009）", "WS 364, trial edition of 2009")),
    (r"WS ", "2", Words("WS 364-2011 值域", "WS 364-2011")),
    (
        r"ICD|LOINC|ATC|SUWEN\.(diagnosis|operation|drug|(lab|exam|charge)_item|lab_order)$",
        "0",
        Words("疾病、手术与术语", "Diseases, operations and terms"),
    ),
    (r"SUWEN\.", "5", Words("平台自定", "The platform's own")),
    (r"(CHIS|PHIS)\.|RC|CQ\.|WFYF", "6", Words("厂商与地方字典", "Vendors and regions")),
)


_OTHER = Words("其他", "Other")


def branch_of(kind: str, code: str, standard: str, category: str | None) -> tuple[str, Words]:
    """Return key and title of an item's branch; keys sort in the order in which branches are shown."""
    other = Words(category, category) if category else _OTHER
    match kind:
        case "dataset":
            titles = list(CATEGORY_TITLES)
            if category not in titles:
                return f"{len(titles)}", other
            return f"{titles.index(category)}", Words(CATEGORY_TITLES[category], CATEGORY_TITLES_EN[category])
        case "specification":
            known = {value: (str(place), Words(*titles)) for place, (value, *titles) in enumerate(SPECIFICATIONS)}
            return known.get(category or "", ("9", other))
        case "data_element":
            found = next((part for part in (code[:7], code[:4]) if part in _PARTS), None)
            if found is None:
                return code[:4], Words(code[:4], code[:4])
            return found, Words(f"{found} {_PARTS[found].zh}", f"{found} {_PARTS[found].en}")
        case "value_set":
            source = next(((key, title) for pattern, key, title in _SOURCES if re.match(pattern, code)), None)
            return source or ("4", Words("其他代码表", "Other tables"))
        case _:
            # WS 445.10 comes after WS 445.9.
            return re.sub(r"\d+", lambda number: number[0].zfill(4), standard), Words(standard, standard)
