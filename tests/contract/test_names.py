"""Imports, files and names the source documents print (contract § 7)."""

import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = (
    "main.py",
    "migrate.py",
    "seed.py",
    "alembic.ini",
    "requirements.txt",
    "requirements-dev.txt",
    ".env.example",
    "docs/API_DOCUMENTATION.md",
    "docs/DB_SETUP.md",
    "docs/MIGRATION_GUIDE.md",
    "docs/PROJECT_STRUCTURE.md",
    "tests/api/test_auth.py",
    "tests/api/test_tasks.py",
)
NAMES = {
    "questlog.core.exceptions": (
        "NotFoundError",
        "AlreadyExistsError",
        "AuthenticationError",
        "AuthorizationError",
        "ValidationError",
    ),
    "questlog.core.config": ("settings",),
    "questlog.commands": ("command", "success"),
    "questlog.api.deps": ("Reader", "Writer", "CurrentUser"),
    "questlog.identity.users": (
        "register",
        "authenticate",
        "get_by_id",
        "get_by_email",
        "update",
        "delete",
    ),
    "questlog.identity.sessions": (
        "create_session",
        "validate_refresh_token",
        "logout_by_refresh_token",
        "get_user_sessions",
        "revoke_session",
    ),
}


@pytest.mark.parametrize("file", FILES)
def test_a_printed_file_exists(file: str) -> None:
    assert (ROOT / file).read_text().strip()


@pytest.mark.parametrize(("module", "names"), NAMES.items())
def test_a_printed_name_can_be_imported(module: str, names: tuple[str, ...]) -> None:
    found = importlib.import_module(module)

    assert [name for name in names if not hasattr(found, name)] == []


def test_both_printed_commands_are_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    assert set(scripts) == {"questlog", "personal_automations"}
    assert len(set(scripts.values())) == 1


def test_errors_take_a_message_and_details_as_document_003_prints_them() -> None:
    errors = importlib.import_module("questlog.core.exceptions")

    error = errors.NotFoundError(message="User not found", details={"user_id": "1"})

    assert (error.message, error.details, error.status) == ("User not found", {"user_id": "1"}, 404)
