"""`questlog --help`, `--version` and how commands end."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner, Result

from questlog import __version__
from questlog.cli import PLACES, root
from questlog.cli.exits import MEANINGS
from tests.support.keeper import ROOT


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(root, arguments, env=environment)


def test_the_version_is_printed() -> None:
    assert run("--version").output == f"questlog {__version__}\n"


def test_help_names_every_command_and_every_exit_code() -> None:
    text = run("--help").output

    assert [name for name in PLACES if f"  {name} " not in text] == []
    assert [code for code, meaning in MEANINGS.items() if f"{code:d}  {meaning}" not in text] == []


@pytest.mark.parametrize("name", PLACES)
def test_every_command_that_is_listed_exists_and_explains_itself(name: str) -> None:
    command = root.get_command(Context(root), name)

    assert command is not None
    assert command.name == name
    assert command.help
    assert run(name, "--help").exit_code == 0


def test_an_unknown_command_is_wrong_usage() -> None:
    result = run("conquer")

    assert result.exit_code == 2
    assert "No such command 'conquer'" in result.output


def test_who_is_not_signed_in_is_told_so(tmp_path: Path) -> None:
    result = run("today", QUESTLOG_HOME=str(tmp_path))

    assert result.exit_code == 3
    assert "questlog login" in result.output


def test_help_is_quick() -> None:
    took = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "questlog.cli", "--help"], check=True, capture_output=True
        )
        took.append(time.perf_counter() - started)

    assert min(took) < 0.5


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from questlog.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(sorted({'fastapi', 'sqlalchemy', 'pydantic', 'alembic'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


def test_the_page_about_the_command_line_names_every_command_and_exit_code() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")

    assert [name for name in PLACES if name not in page] == []
    assert [code for code, text in MEANINGS.items() if f"| {code:d} | {text} |" not in page] == []
