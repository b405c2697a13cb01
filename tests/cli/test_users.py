"""`questlog user`: accounts by whoever runs the server, also without one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Select, select

from questlog.automation.models import Mail
from questlog.cli import root
from questlog.core.config import Settings
from questlog.identity.models import User
from tests.support import world

GOOD = "plenty of words here"


@pytest.fixture
def run(database_address: str, tmp_path_factory: pytest.TempPathFactory) -> "Run":
    return Run(database_address, str(tmp_path_factory.mktemp("data")))


class Run:
    def __init__(self, address: str, data: str) -> None:
        self.environment = {"DATABASE_URL": address, "DATA_DIR": data}

    def __call__(self, *arguments: str, typed: str = "", **more: str) -> Result:
        return CliRunner().invoke(root, arguments, input=typed, env=self.environment | more)

    def everybody(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self("user", "list", "--json").stdout)
        return found


def test_an_account_is_made_from_options(run: Run) -> None:
    result = run("user", "create", "--email", "User@Example.com", "--password", GOOD, "--superuser")

    assert result.exit_code == 0, result.output
    (made,) = run.everybody()
    assert made["email"] == "user@example.com"
    assert made["role"] == "admin"
    assert made["is_active"] is True


def test_without_options_it_asks_and_hides_the_password(run: Run) -> None:
    result = run("user", "create", typed=f"ada@example.org\n{GOOD}\n{GOOD}\n")

    assert result.exit_code == 0, result.output
    assert "Repeat for confirmation" in result.output
    assert GOOD not in result.output
    assert [each["role"] for each in run.everybody()] == ["user"]


def test_who_is_invited_gets_a_link_by_mail_and_no_password(
    run: Run, database_address: str, tmp_path: Path
) -> None:
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_FROM": "quests@example.org"}

    result = run("user", "create", "-e", "Ada@example.org", "--invite", "--locale", "ru", **mail)

    assert result.exit_code == 0, result.output
    assert [each["email"] for each in run.everybody()] == ["ada@example.org"]
    settings = world.settings(database_address, tmp_path)
    letters = select(Mail.template, Mail.to_address, Mail.locale)
    ways_in = select(User.password_hash, User.email_verified_at)
    assert asyncio.run(found(settings, letters)) == [("invitation", "ada@example.org", "ru")]
    assert asyncio.run(found(settings, ways_in)) == [(None, None)]


async def found(settings: Settings, statement: Select[*tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    async with world.opened(settings) as database, database.reader() as session:
        return [tuple(row) for row in await session.execute(statement)]


@pytest.mark.parametrize(
    ("given", "exit_code"), [((), 6), (("--password", GOOD), 2)], ids=["no mail", "a password"]
)
def test_nobody_is_invited_without_mail_or_with_a_password(
    run: Run, given: tuple[str, ...], exit_code: int
) -> None:
    result = run("user", "create", "-e", "ada@example.org", "--invite", *given)

    assert result.exit_code == exit_code, result.output
    assert run.everybody() == []


def test_a_password_that_is_typed_differently_is_asked_for_again(run: Run) -> None:
    typed = f"ada@example.org\n{GOOD}\nsomething else\n{GOOD}\n{GOOD}\n"

    result = run("user", "create", typed=typed)

    assert result.exit_code == 0, result.output
    assert "do not match" in result.output


def test_a_weak_password_is_taken_with_a_warning_where_things_are_tried_out(run: Run) -> None:
    result = run(
        "user", "create", "--email", "user@example.com", "--password", "secret", "--superuser"
    )

    assert result.exit_code == 0, result.output
    assert "Weak" in result.stderr


def test_a_weak_password_is_refused_in_production(run: Run) -> None:
    production = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "bW9yZSB0aGFuIGVub3VnaCByYW5kb21uZXNzIGhlcmU",
    }

    result = run("user", "create", "--email", "a@example.org", "--password", "secret", **production)

    assert result.exit_code == 6, result.output
    assert "at least 8 characters" in result.stderr
    assert run.everybody() == []


@pytest.mark.parametrize("password", ["", "x" * 2000])
def test_a_password_nobody_could_sign_in_with_is_refused_everywhere(
    run: Run, password: str
) -> None:
    result = run("user", "create", "--email", "a@example.org", "--password", password)

    assert result.exit_code != 0
    assert run.everybody() == []


def test_an_address_is_taken_once(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD)

    result = run("user", "create", "--email", "ADA@example.org", "--password", GOOD)

    assert result.exit_code == 6
    assert len(run.everybody()) == 1


def test_what_is_no_address_is_refused(run: Run) -> None:
    result = run("user", "create", "--email", "ada", "--password", GOOD)

    assert result.exit_code == 6
    assert "no e-mail address" in result.stderr


def test_a_role_is_given_and_taken(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD, "--superuser")
    run("user", "create", "--email", "bob@example.org", "--password", GOOD)

    given = run("user", "set-role", "bob@example.org", "--role", "admin")
    taken = run("user", "set-role", "ada@example.org", "--role", "user")

    assert (given.exit_code, taken.exit_code) == (0, 0)
    assert [each["role"] for each in run.everybody()] == ["user", "admin"]


def test_the_last_administrator_stays_one(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD, "--superuser")

    demoted = run("user", "set-role", "ada@example.org", "--role", "user")
    closed = run("user", "deactivate", "ada@example.org")

    assert (demoted.exit_code, closed.exit_code) == (6, 6)
    assert run.everybody()[0]["role"] == "admin"


def test_an_account_is_closed_and_opened_again(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD)

    run("user", "deactivate", "ada@example.org")
    closed = run.everybody()[0]["is_active"]
    run("user", "activate", "ada@example.org")

    assert closed is False
    assert run.everybody()[0]["is_active"] is True


@pytest.mark.parametrize("named_by", ["email", "id"])
def test_an_account_is_erased_by_its_address_or_its_id(run: Run, named_by: str) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD)
    run("user", "create", "--email", "grace@example.org", "--password", GOOD)

    result = run("user", "delete", str(run.everybody()[0][named_by]), "--yes")

    assert result.exit_code == 0, result.output
    assert [each["email"] for each in run.everybody()] == ["grace@example.org"]


def test_nothing_is_erased_unasked(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD)

    result = run("user", "delete", "ada@example.org")

    assert result.exit_code == 6
    assert len(run.everybody()) == 1


@pytest.mark.parametrize(
    "verb",
    [
        ("delete", "--yes"),
        ("set-role", "--role", "admin"),
        ("deactivate",),
        ("set-password", "--password", GOOD),
    ],
)
def test_nobody_by_that_address_is_not_found(run: Run, verb: tuple[str, ...]) -> None:
    result = run("user", verb[0], "nobody@example.org", *verb[1:])

    assert result.exit_code == 4
    assert "no such user" in result.stderr


def test_people_see_a_table_and_programs_a_list(run: Run) -> None:
    run("user", "create", "--email", "ada@example.org", "--password", GOOD, "--name", "Ada")

    lines = run("user", "list").stdout.splitlines()

    assert lines[0].split() == ["EMAIL", "NAME", "ROLE", "SINCE", "LAST", "SEEN"]
    assert lines[1].split()[:3] == ["ada@example.org", "Ada", "user"]
    assert set(run.everybody()[0]) == {
        "id", "email", "name", "role", "is_active", "created_at", "last_login_at"
    }  # fmt: skip


def test_sample_tasks_are_made_for_a_demo_account(run: Run) -> None:
    result = run("cmd", "seed", "--count", "120")

    assert result.exit_code == 0, result.output
    assert "Made 120 tasks for demo@example.org." in result.stdout
    assert "questlog login --email demo@example.org --password " in result.stdout


def test_samples_are_refused_in_production(run: Run) -> None:
    production = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "bW9yZSB0aGFuIGVub3VnaCByYW5kb21uZXNzIGhlcmU",
    }

    result = run("cmd", "seed", "-c", "5", **production)

    assert result.exit_code == 1
    assert run.everybody() == []


def test_without_a_count_there_are_courses_and_no_accounts(run: Run) -> None:
    result = run("cmd", "seed")

    assert result.exit_code == 0
    assert "Thinking in numbers" in result.stdout
    assert run.everybody() == []
