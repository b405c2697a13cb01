"""The audit log at a terminal, by whoever runs the server."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from questlog.automation import audit
from questlog.automation.audit import ENTRIES
from questlog.cli import audit_lines, root
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from tests.support.make import Make

PATIENCE_S = 30
# Where tests run in the background, their processes begin with Ctrl-C ignored.
LISTENING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from questlog.cli import main
main()
"""
GOOD = "plenty of words here"


class Following:
    """A command that goes on until it is told to stop."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """Wait for the next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE_S)


@contextmanager
def following(address: str, data: Path, *arguments: str) -> Iterator[Following]:
    with subprocess.Popen(
        [sys.executable, "-c", LISTENING, "audit", "--follow", *arguments],
        env={**os.environ, "DATABASE_URL": address, "DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Following(process)
        finally:
            process.kill()


async def tell(database: Database, action: Any, **details: str) -> None:
    await audit.record_alone(database, action, details=details)


async def test_following_shows_the_last_lines_and_each_that_comes_once(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    for number in range(5):
        await tell(database, "login.failed", number=str(number))

    with following(database_address, tmp_path, "--json", "--limit", "2") as lines:
        before = [json.loads(lines.line())["details"] for _ in range(2)]
        await tell(database, "login.failed", number="5")
        first = json.loads(lines.line())
        await tell(database, "login.failed", number="6")
        second = json.loads(lines.line())
        ended = lines.stop()

    assert before == [{"number": "3"}, {"number": "4"}]
    assert [line["details"]["number"] for line in (first, second)] == ["5", "6"]
    assert ended == 0


async def test_a_line_that_is_committed_late_is_not_missed(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    early = {
        "id": new_id(),
        "created_at": clock.now() - timedelta(seconds=30),
        "action": "role.changed",
        "actor": "system",
        "details": {},
    }
    await tell(database, "login.failed")

    async def commit(session: Session) -> None:
        await session.execute(insert(ENTRIES).values(early))

    with following(database_address, tmp_path, "--json") as lines:
        lines.line()
        await database.write(commit)
        late = json.loads(lines.line())

    assert late["id"] == str(early["id"])


async def test_following_an_empty_log_begins_with_its_first_line(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    with following(database_address, tmp_path, "--action", "key.*") as lines:
        await tell(database, "login.failed")
        await tell(database, "key.created", name="Backup\x1b[2J")
        line = lines.line()

    assert "key.created" in line
    assert line.rstrip().endswith("name=Backup[2J")


async def test_one_account_is_followed_by_its_address(
    make: Make, database: Database, database_address: str, tmp_path: Path
) -> None:
    ada, other = await make.user(email="ada@example.org"), await make.user()

    with following(database_address, tmp_path, "--account", "ada@example.org") as lines:
        await audit.record_alone(database, "role.changed", account_id=other.id)
        await audit.record_alone(database, "role.changed", account_id=ada.id)
        line = lines.line()

    assert "ada@example.org" in line


@pytest.mark.parametrize("arguments", [("--account", "nobody@example.org")])
def test_nobody_is_not_followed(
    database_address: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with following(database_address, tmp_path, *arguments) as lines:
        assert lines.process.wait(timeout=PATIENCE_S) == 4


class Run:
    def __init__(self, address: str, data: str) -> None:
        self.environment = {"DATABASE_URL": address, "DATA_DIR": data}

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(root, arguments, env=self.environment)

    def lines(self, *options: str) -> list[dict[str, object]]:
        result = self("audit", "--json", *options)
        assert result.exit_code == 0, result.output
        found: list[dict[str, object]] = json.loads(result.stdout)
        return found


@pytest.fixture
def run(database_address: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A terminal of the operator, who made Ada an administrator and Bob a user."""
    run = Run(database_address, str(tmp_path_factory.mktemp("data")))
    run("user", "create", "--email", "ada@example.org", "--password", GOOD, "--superuser")
    run("user", "create", "--email", "bob@example.org", "--password", GOOD)
    return run


def test_s145_what_the_operator_does_is_told(run: Run) -> None:
    run("user", "set-role", "bob@example.org", "--role", "admin")
    run("user", "deactivate", "bob@example.org")
    run("user", "activate", "bob@example.org")
    run("user", "set-password", "bob@example.org", "--password", GOOD + "!")

    lines = run.lines("--account", "bob@example.org")

    assert [line["action"] for line in reversed(lines)] == [
        "account.created",
        "role.changed",
        "account.deactivated",
        "account.activated",
        "password.changed",
    ]
    assert {line["actor"] for line in lines} == {"cli"}
    assert {line["address"] for line in lines} == {None}


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 2),
        (("--limit", "1"), 1),
        (("--action", "account.*"), 2),
        (("--action", "login.failed"), 0),
        (("--address", "192.0.2.1"), 0),
    ],
)
def test_lines_are_chosen(run: Run, options: tuple[str, ...], count: int) -> None:
    lines = run.lines(*options)

    assert len(lines) == count


def test_people_are_named_by_their_addresses(run: Run) -> None:
    result = run("audit")

    assert result.exit_code == 0, result.output
    newest = result.stdout.splitlines()[1]
    assert newest.split()[2:] == ["account.created", "cli", "bob@example.org", "role=user"]


def test_more_than_a_page_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_lines, "MAX_LIMIT", 1)

    lines = run.lines("--limit", "200")

    assert len(lines) == 2


def test_an_unknown_account_is_refused(run: Run) -> None:
    result = run("audit", "--account", "eve@example.org")

    assert result.exit_code == 4
    assert "eve@example.org" in result.stderr
