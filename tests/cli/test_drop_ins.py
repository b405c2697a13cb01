"""A file in `questlog/commands` is a command."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from questlog import commands
from questlog.cli.drop_ins import cmd

GREET = """
import click
from questlog.commands import command, success

@command("greet", help="Say hello")
@click.option("--count", "-c", default=10, type=int)
def greet(count: int):
    success(f"Created {count} greetings!")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder of commands, looked into like the first."""
    monkeypatch.setattr(commands, "__path__", [str(tmp_path)])
    monkeypatch.setattr(commands, "_registered", {})
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cmd, arguments)


def test_a_dropped_file_is_a_command(folder: Path) -> None:
    (folder / "hello_a.py").write_text(GREET)

    result = run("greet", "--count", "3")

    assert result.exit_code == 0
    assert result.output == "Created 3 greetings!\n"


def test_dropped_commands_are_listed(folder: Path) -> None:
    (folder / "hello_b.py").write_text(GREET)

    assert "greet  Say hello" in run("--help").output


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "broken_c.py").write_text("import nothing_of_the_kind")

    result = run("--help")

    assert result.exit_code == 1
    assert "commands/broken_c.py cannot be loaded: ModuleNotFoundError" in result.output


def test_a_broken_file_does_not_spoil_its_neighbours(folder: Path) -> None:
    (folder / "broken_d.py").write_text("raise ValueError")
    (folder / "greet.py").write_text(GREET)

    result = run("greet")

    assert result.output == "Created 10 greetings!\n"


def test_an_unknown_name_is_wrong_usage(folder: Path) -> None:
    result = run("sing")

    assert result.exit_code == 2
