"""What the tests of the whole application share."""

import pytest


@pytest.fixture(scope="session")
def database_template(shipped_template: str) -> str:
    """All shipped standards are in force in every database of these tests."""
    return shipped_template
