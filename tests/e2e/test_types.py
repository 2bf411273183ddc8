"""The web UI is compiled against the API as it is."""

from tools.node import types


def test_types_of_the_api_are_current() -> None:
    assert types(check=True) == 0, "run: python -m tools.node types"
