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
from sqlalchemy import insert

from questlog.automation import audit
from questlog.automation.audit import ENTRIES
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from tests.support.make import Make

PATIENCE_S = 30


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
        [sys.executable, "-m", "questlog.cli", "audit", "--follow", *arguments],
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
