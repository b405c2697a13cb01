"""Every command line printed in the documents runs, under its old name and its new one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from questlog.cli import root
from questlog.core import schema
from tests.support.keeper import ROOT
from tests.support.server import environment

NAMES = ["questlog", "personal_automations"]
PRINTED = [
    ("db", "upgrade"),
    ("db", "migrate", "-m", "Add new field"),
    ("db", "downgrade", "-1"),
    ("db", "upgrade"),
    ("db", "current"),
    ("db", "history"),
    ("db", "check"),
    ("server", "routes"),
    ("user", "create", "--email", "user@example.com", "--password", "secret", "--superuser"),
    ("user", "list"),
    ("user", "set-role", "user@example.com", "--role", "admin"),
    ("cmd", "seed", "--count", "100"),
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, so that a test which writes one leaves nothing behind."""
    copy = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, copy)
    monkeypatch.setattr(schema, "MIGRATIONS", copy)
    return copy


@pytest.mark.usefixtures("tree")
def test_the_printed_commands_run_one_after_the_other(empty_address: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": empty_address, "DATA_DIR": str(tmp_path)}

    results = [CliRunner().invoke(root, line, env=settings) for line in PRINTED]

    failed = [
        (line, result.output)
        for line, result in zip(PRINTED, results, strict=True)
        if result.exit_code
    ]
    assert failed == []


def test_a_printed_user_is_created_by_answering(database_address: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_address, "DATA_DIR": str(tmp_path)}

    result = CliRunner().invoke(
        root, ["user", "create"], input="user@example.com\nsecret\nsecret\n", env=settings
    )

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", NAMES)
def test_both_names_are_installed(name: str, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name(name)

    done = subprocess.run(
        [program, "db", "--help"], check=True, capture_output=True, text=True, cwd=tmp_path
    )

    assert done.stdout.startswith(f"Usage: {name} db ")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["-m", "alembic", "upgrade", "head"], "0001 applied"),
        (["-m", "alembic", "upgrade", "head", "--sql"], "CREATE TABLE users"),
        (["-m", "alembic", "history"], "0001"),
        (["migrate.py", "upgrade"], "The database is at revision"),
        (["seed.py", "--count", "3"], "Made 3 tasks"),
        (["main.py", "--help"], "Start the server"),
    ],
)
def test_plain_alembic_and_the_files_at_the_root_work(
    line: list[str], says: str, tmp_path: Path
) -> None:
    settings = environment(f"sqlite:///{tmp_path / 'q.db'}", tmp_path)

    done = subprocess.run(
        [sys.executable, *line],
        cwd=ROOT,
        env=settings,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert says in done.stdout


def test_nothing_is_written_when_the_tables_ask_for_nothing(tree: Path, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}", "DATA_DIR": str(tmp_path)}
    CliRunner().invoke(root, ["db", "upgrade"], env=settings)
    before = sorted((tree / "versions").iterdir())

    result = CliRunner().invoke(root, ["db", "migrate", "-m", "nothing"], env=settings)

    assert result.exit_code == 0, result.output
    assert sorted((tree / "versions").iterdir()) == before


def test_an_empty_migration_is_written_when_asked_for(tree: Path, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'q.db'}", "DATA_DIR": str(tmp_path)}
    CliRunner().invoke(root, ["db", "upgrade"], env=settings)
    head = int(schema.head_revision())

    result = CliRunner().invoke(root, ["db", "migrate", "-m", "move rows", "--empty"], env=settings)

    assert result.exit_code == 0, result.output
    assert (tree / "versions" / f"{head + 1:04d}_move_rows.py").exists()
