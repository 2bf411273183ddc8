"""The declaration of a lake dataset that a dataset of the catalogue comes to.

    HDSD00.05.070 检验结果（数值） N N..10,2  →  result_value decimal(18, 2)

A column is named as the platform's datasets name the same data element, else by the pinyin initials of its title.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from suwen.domains.standards.definitions import (
    RESERVED_COLUMNS,
    CatalogueDataset,
    Category,
    Dataset,
    Element,
    MaskKind,
    Reference,
)
from suwen.domains.standards.publishing.model import Field, sheet_of
from suwen.domains.standards.schemas_adopting import AdoptedColumn, AdoptionIn
from suwen.kernel.pinyin import initials

LEADING = ("patient", "encounter")
"""Datasets whose keys an adopted one carries, so that its rows lead to their person and their encounter."""
IDENTIFYING = 4
"""Level of GB/T 39725 from which an element of the catalogue names a person or leads to one."""
_LENGTH = 255
_DIGITS = 18
_SCALE = 4
_MASKS: tuple[tuple[str, MaskKind], ...] = (
    ("姓名", "name"),
    ("身份证", "id_number"),
    ("证件号", "id_number"),
    ("电话", "phone"),
    ("地址", "address"),
    ("住址", "address"),
    ("卡号", "card"),
)


def proposed(catalogue: CatalogueDataset, declared: Mapping[str, Dataset], longest: Mapping[str, int]) -> AdoptionIn:
    """Return the declaration that is proposed for a dataset of the catalogue.

    declared: the platform's datasets by code. longest: length of the longest code of each value set that has codes.
    """
    alike = _alike(declared.values())
    own = [
        AdoptedColumn(element=None, note="platform", **_taken(declared[code].by_name[declared[code].key[0]]))
        for code in LEADING
        if code in declared
    ]
    names = {column.name for column in own} | RESERVED_COLUMNS
    columns: list[AdoptedColumn] = []
    for element, field in zip(catalogue.elements, sheet_of(catalogue, 1).fields, strict=True):
        like = alike.get((element.de, element.title))
        name = _free(like.name if like else _spelt(element.title, element.code), names)
        names.add(name)
        column = _column(field, name, element.type is not None, like, longest)
        if element.code == catalogue.time_element and column.type == "date":
            column.type = "datetime"  # Time lines put days among moments.
        columns.append(column)
    by_code = {column.element: column.name for column in columns}
    carrying = [declared[code] for code in catalogue.datasets if code in declared]
    category: Category = carrying[0].category if carrying else "document"
    patient = by_code.get(catalogue.patient_element)
    return AdoptionIn(
        catalogue=catalogue.code,
        code=re.sub(r"[^a-z0-9]+", "_", catalogue.code.lower()),
        title=catalogue.title,
        title_en=catalogue.title_en or catalogue.title,
        category=category,
        key=[by_code[code] for code in catalogue.key],
        patient_column=own[0].name if own else patient or "",
        time_column=by_code.get(catalogue.time_element),
        columns=[*own, *columns],
    )


def dataset_of(catalogue: CatalogueDataset, wanted: AdoptionIn, declared: Mapping[str, Dataset]) -> Dataset:
    """Return the dataset that a declaration comes to. Every column that is included has a type; see `unfit`."""
    included = [column for column in wanted.columns if column.included]
    needed = {*wanted.key, wanted.patient_column}
    return Dataset(
        code=wanted.code,
        title=wanted.title,
        title_en=wanted.title_en,
        standard=catalogue.standard,
        edition=catalogue.edition,
        provenance=f"Adopted from {catalogue.code}. {catalogue.provenance}",
        category=wanted.category,
        adopts=catalogue.code,
        key=tuple(wanted.key),
        patient_column=wanted.patient_column,
        time_column=wanted.time_column or None,
        elements=tuple(_element(column, catalogue, column.name in needed) for column in included),
        references=tuple(_references(included, declared)),
    )


def unfit(catalogue: CatalogueDataset, wanted: AdoptionIn, coded: Iterable[str]) -> list[str]:
    """Return why a declaration can become no dataset, in the words of the screen.

    coded: the value sets in force that have codes.
    """
    included = {column.name: column for column in wanted.columns if column.included}
    found: list[str] = []
    if not wanted.key:
        found.append("没有主键：至少选择一列")
    places = [*(("主键", name) for name in wanted.key), ("患者列", wanted.patient_column)]
    if wanted.time_column:
        places.append(("业务时间", wanted.time_column))
    found += [f"{place} {name or '（空）'} 不在采用的列中" for place, name in places if name not in included]
    known, sets = {element.code for element in catalogue.elements}, set(coded)
    for column in wanted.columns:
        if not column.included:
            continue
        called = f"{column.name} {column.title}"
        if column.element is not None and column.element not in known:
            found.append(f"{called}：{catalogue.code} 没有数据元 {column.element}")
        if column.type is None:
            found.append(f"{called}：类型未知，请选择类型")
        if column.value_set is not None and column.value_set not in sets:
            found.append(f"{called}：值域 {column.value_set} 不存在或没有代码")
        if column.value_set is not None and column.type not in (None, "string"):
            found.append(f"{called}：有值域的列须为 string，现为 {column.type}")
    time, patient = included.get(wanted.time_column or ""), included.get(wanted.patient_column)
    if time is not None and time.type not in (None, "datetime"):
        found.append(f"业务时间 {time.name} 须为 datetime，现为 {time.type}")
    if patient is not None and patient.type not in (None, "string"):
        found.append(f"患者列 {patient.name} 须为 string，现为 {patient.type}")
    return found


def _alike(declared: Iterable[Dataset]) -> dict[tuple[str | None, str], Element]:
    """Return the platform's elements by data element and title, without those that go by several names."""
    found: dict[tuple[str | None, str], Element] = {}
    doubtful: set[tuple[str | None, str]] = set()
    for element in (element for dataset in declared for element in dataset.elements if element.de):
        key = (element.de, element.title)
        if found.setdefault(key, element).name != element.name:
            doubtful.add(key)
    return {key: element for key, element in found.items() if key not in doubtful}


def _spelt(title: str, code: str) -> str:
    spelt = initials(title)[:48] or re.sub(r"[^a-z0-9]+", "_", code.lower())
    return spelt if spelt[0].isalpha() else f"c_{spelt}"


def _free(name: str, taken: Iterable[str]) -> str:
    """Return a name, with a number behind it when it is taken."""
    held = set(taken)
    tried = (name if number == 1 else f"{name}_{number}" for number in range(1, len(held) + 2))
    return next(each for each in tried if each not in held)


def _taken(element: Element) -> dict[str, Any]:
    return element.model_dump(include=set(AdoptedColumn.model_fields) - {"element", "required"})


def _column(field: Field, name: str, typed: bool, like: Element | None, longest: Mapping[str, int]) -> AdoptedColumn:
    value_set = field.value_set if field.value_set in longest else None
    mask = (like.mask if like else None) or _mask(field)
    column = AdoptedColumn(
        element=field.name,
        name=name,
        title=field.title,
        title_en=like.title_en if like else field.title,
        type=field.type if typed else None,
        value_set=value_set,
        required=field.required,
        grade=field.grade,
        mask=mask,
        check=like.check if like else None,
        de=field.de,
        format=field.format,
    )
    if field.grade >= IDENTIFYING and not field.key:
        column.included, column.note = False, "identifier"
    if not typed:
        column.note = "no_type"
    elif field.type == "decimal":
        _measure(column, field)
    elif field.type == "string":
        column.length = max(field.length or _LENGTH, longest[value_set] if value_set else 0)
        if field.length is None:
            column.note = column.note or "no_length"
    if field.value_set is not None and value_set is None:
        column.note = column.note or "no_codes"
    return column


def _measure(column: AdoptedColumn, field: Field) -> None:
    """Give a number its type: whole ones where the format has no digits behind the point."""
    if field.precision is not None and not field.scale and field.precision <= _DIGITS:
        column.type = "integer"
    else:
        column.precision, column.scale = max(field.precision or 0, _DIGITS), field.scale or _SCALE


def _mask(field: Field) -> MaskKind | None:
    if field.grade < IDENTIFYING:
        return None
    return next((mask for word, mask in _MASKS if word in field.title), None)


def _element(column: AdoptedColumn, catalogue: CatalogueDataset, needed: bool) -> Element:
    fields = column.model_dump(exclude={"element", "included", "note"})
    source = "unverified" if column.element is None else f"{catalogue.standard} {column.element}"
    return Element.model_validate(fields | {"required": column.required or needed, "source": source})


def _references(columns: Sequence[AdoptedColumn], declared: Mapping[str, Dataset]) -> Iterable[Reference]:
    names = {column.name for column in columns}
    for code in LEADING:
        if code in declared and names.issuperset(declared[code].key):
            yield Reference(columns=declared[code].key, dataset=code, target_columns=declared[code].key)
