"""What the source itself must not do (S-150)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import questlog
from questlog.core.config import load_settings
from questlog.web.pages import ASSETS

SOURCE = Path(questlog.__file__).parent
ROOT = Path(__file__).parents[2]
SHELLS = frozenset({"subprocess", "pty", "commands"})
SHELL_CALLS = frozenset({"system", "popen", "create_subprocess_shell", "create_subprocess_exec"})
KEPT_OUT = ("/data/", ".env", "*.db", "*.db-shm", "*.db-wal", "*.sqlite3")


def shells_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in SHELLS)
        elif isinstance(node, ast.ImportFrom) and node.module in SHELLS:
            yield node.module
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            runs = node.attr in SHELL_CALLS or node.attr.startswith(("exec", "spawn"))
            if runs and node.value.id in ("os", "asyncio"):
                yield node.attr


def test_s150_nothing_runs_another_program() -> None:
    found = {
        str(path.relative_to(SOURCE)): list(shells_in(ast.parse(path.read_text(encoding="utf-8"))))
        for path in SOURCE.rglob("*.py")
    }

    assert len(found) > 100
    assert {path: calls for path, calls in found.items() if calls} == {}


def test_s150_the_database_is_not_where_files_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = load_settings({}, None)

    database = settings.database.url.path
    assert database is not None
    assert not database.resolve().is_relative_to(ASSETS)
    assert not settings.app.data_dir.resolve().is_relative_to(ASSETS)


def test_s150_what_a_server_keeps_is_kept_out_of_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert set(KEPT_OUT) <= set(ignored)
