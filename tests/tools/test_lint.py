"""Each rule of the house catches its breach and leaves the right form alone."""

from pathlib import Path

import pytest

from tools.lint.lockfile import LOCKFILE, addresses
from tools.lint.rule import Module
from tools.lint.rules import RULES

ROOM = "src/suwen/domains/care/service.py"
REPOSITORY = "src/suwen/domains/care/repository.py"

BREACHES = [
    ("SW001", ROOM, "from datetime import datetime\nat = datetime.now()"),
    ("SW001", ROOM, "import datetime\nday = datetime.date.today()"),
    ("SW002", ROOM, "async def f(session):\n    await session.commit()"),
    ("SW003", ROOM, "def f(c, x):\n    c.execute(f'SELECT * FROM t WHERE a = {x}')"),
    ("SW003", ROOM, "def f(c, x):\n    c.execute('SELECT * FROM t WHERE a = ' + x)"),
    ("SW003", ROOM, "def f(c, x):\n    c.execute('SELECT {}'.format(x))"),
    ("SW004", ROOM, "log.info('seen', id_no=value)"),
    ("SW004", ROOM, "get_logger().warning('seen', row=patient.phone)"),
    ("SW004", ROOM, "log.info(f'seen {x}')"),
    ("SW005", REPOSITORY, "async def rows(session):\n    return await session.execute(select(Model))"),
    ("SW006", ROOM, "def f(lake):\n    return lake.select('SELECT 1')"),
]

KEPT = [
    (ROOM, "from suwen.kernel import clock\nat = clock.now()"),
    ("src/suwen/kernel/clock.py", "from datetime import UTC, datetime\nat = datetime.now(UTC)"),
    ("src/suwen/kernel/database.py", "async def f(session):\n    await session.commit()"),
    (ROOM, "def f(c, x):\n    c.execute('SELECT * FROM t WHERE a = $1', [x])"),
    (ROOM, "log.info('seen', patient_key=key)"),
    (REPOSITORY, "async def rows(session, scope):\n    return await session.execute(select(Model))"),
    (
        REPOSITORY,
        "async def rows(session):  # unscoped: a job over all\n    return await session.execute(select(Model))",
    ),
    (ROOM, "def f(lake, scope):\n    return lake.select('SELECT 1', scope=scope)"),
]


def codes(path: str, source: str) -> list[str]:
    module = Module.parse(Path(path), source)
    return [finding.rule for rule in RULES for finding in rule().check(module)]


@pytest.mark.parametrize(("code", "path", "source"), BREACHES)
def test_breach_is_found(code: str, path: str, source: str) -> None:
    assert code in codes(path, source)


@pytest.mark.parametrize(("path", "source"), KEPT)
def test_right_form_is_kept(path: str, source: str) -> None:
    assert codes(path, source) == []


def test_every_rule_explains_itself() -> None:
    assert all(rule.__doc__ and rule.code for rule in RULES)
    assert {code for code, _, _ in BREACHES} == {rule.code for rule in RULES}


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ('"resolved": "https://registry.example/a.tgz",', [2]),
        ('"url": "http://example.org/sponsor"', [2]),
        ('"node_modules/https-proxy-agent": {}', []),
    ],
)
def test_the_lock_file_holds_no_address(line: str, lines: list[int]) -> None:
    assert [finding.line for finding in addresses(LOCKFILE, "{\n" + line + "\n}")] == lines
