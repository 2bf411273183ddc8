"""The command: each part imported when it is asked for, and all of it told by the help."""

from typer.testing import CliRunner

from suwen.app.cli import Commands, app


def test_the_help_tells_every_command() -> None:
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0
    assert {"init", "serve", "worker", "run", "demo", "backup", "bench", "ingest", "terms"} <= set(Commands())
    assert [name for name in Commands() if f" {name} " not in told.output] == []


def test_a_part_of_a_command_is_found_and_a_slip_is_told() -> None:
    part = CliRunner().invoke(app, ["ingest", "propose", "--help"])
    slip = CliRunner().invoke(app, ["term", "match"])
    assert (part.exit_code, "--source" in part.output) == (0, True)
    assert (slip.exit_code, "terms" in slip.output) == (2, True)
