"""Declarations of lists: what is checked at import, and what the web is told."""

from typing import Any

import pytest
from pydantic import BaseModel

from suwen.kernel.resources import Resource
from tests.kernel.gadgets import GADGETS, GadgetOut, caller


def column(name: str) -> dict[str, Any]:
    return next(c for c in GADGETS.describe()["columns"] if c["name"] == name)


class TestResource:
    def test_a_misspelt_column_is_refused(self) -> None:
        with pytest.raises(ValueError, match="nmae"):
            Resource("workshop.x", "workshop", "", "", GadgetOut, GADGETS.source, "r", columns=("nmae",))

    def test_an_order_that_the_list_refuses_is_refused(self) -> None:
        fixed = next(name for name in GadgetOut.model_fields if not GADGETS.column(name).sort)
        with pytest.raises(ValueError, match=fixed):
            Resource("workshop.x", "workshop", "", "", GadgetOut, GADGETS.source, "r", default_sort=(f"-{fixed}",))

    def test_a_name_outside_its_domain_is_refused(self) -> None:
        with pytest.raises(ValueError, match="domain"):
            Resource("other.x", "workshop", "", "", GadgetOut, GADGETS.source, "r")

    def test_forms_need_a_write_permission(self) -> None:
        with pytest.raises(ValueError, match="write"):
            Resource("workshop.x", "workshop", "", "", GadgetOut, GADGETS.source, "r", create=BaseModel)


class TestDescribe:
    def test_kinds_follow_the_types(self) -> None:
        kinds = {c["name"]: c["kind"] for c in GADGETS.describe()["columns"]}
        assert kinds == {
            "id": "id",
            "name": "text",
            "owner": "text",
            "org_code": "text",
            "colour": "select",
            "price": "number",
            "made_on": "date",
            "tags": "tags",
        }

    def test_an_enum_gives_its_options(self) -> None:
        assert [o["value"] for o in column("colour")["options"]] == ["red", "green"]

    def test_rights_narrow_what_can_be_done(self) -> None:
        reader = GADGETS.describe(caller("workshop.read"))
        assert reader["can"] == {"create": False, "update": False, "delete": False, "export": True, "unmask": False}
        assert reader["actions"] == []
        writer = GADGETS.describe(caller("workshop.read", "workshop.write", "workshop.polish"))
        assert writer["can"]["create"]
        assert [a["name"] for a in writer["actions"]] == ["polish"]

    def test_forms_list_their_fields(self) -> None:
        described = GADGETS.describe()
        assert [f["name"] for f in described["create"]] == ["name", "org_code", "owner", "colour", "price"]
        assert described["create"][0]["required"]
