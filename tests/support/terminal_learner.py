"""Somebody who learns at a terminal, on a server whose clock can be moved."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from questlog.core import clock, database_url, schema
from tests.support import school, server
from tests.support.ahead import VARIABLE
from tests.support.keeper import ROOT
from tests.support.postgres import PostgresServer
from tests.support.quiz_calls import KINDS
from tests.support.server import RunningServer
from tests.support.terminal import Said, Terminal

PLAIN = ("code", "topic", "difficulty", "stem", "explanation", "see")


@contextmanager
def server_ahead(folder: Path, postgres: PostgresServer | None) -> Iterator[RunningServer]:
    """Run a server that lives ahead of the time by the seconds in its file, on PostgreSQL if one is given."""
    (folder / "ahead").write_text("0")
    address = f"sqlite:///{folder / 'questlog.db'}"
    if postgres is not None:
        address = postgres.create_database()
        schema.upgrade(database_url.parse(address))
    more = {VARIABLE: str(folder / "ahead"), "PYTHONPATH": str(ROOT)}
    with server.running_server(address, folder, module="tests.support.ahead", **more) as running:
        yield running
    if postgres is not None:
        postgres.drop(address)


class Learner(Terminal):
    """Has a course of their own, with a question of each kind in every lesson, and does not take it yet."""

    def __init__(self, running: RunningServer, home: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(running, home)
        self.ahead = Path(running.environment[VARIABLE])
        patch.setattr(
            clock, "now", lambda: datetime.now(UTC) + timedelta(seconds=self._seconds_ahead())
        )
        self.sign_up(running)
        self.slug = f"kinds-{uuid4().hex[:8]}"
        path = home / "course.json"
        path.write_text(json.dumps(_course(self.slug)), encoding="utf-8")
        self.run("cmd", "import-course", str(path))

    def enroll(self) -> None:
        self.run("courses", "enroll", self.slug)

    def wait(self, **by: float) -> None:
        """Let time go by, for the server as for the terminal."""
        self.ahead.write_text(str(timedelta(**by).total_seconds() + self._seconds_ahead()))

    def questions(self, code: str = "w1-d1") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run("quiz", self.named(code), "--json").json["questions"]
        return found

    def hand_in(self, answers: Any, *more: str, code: str = "w1-d1", expect: int = 0) -> Said:
        """Hand answers in as a program does."""
        command = ("quiz", self.named(code), "--answers", "-", *more)
        return self.run(*command, typed=json.dumps(answers), expect=expect)

    def named(self, code: str) -> str:
        return f"{self.slug}/{code}"

    def _seconds_ahead(self) -> float:
        return float(self.ahead.read_text())


def typed_right(questions: list[dict[str, Any]]) -> list[str]:
    """Return what somebody types who knows everything: a line for each prompt, nine for eight questions."""
    order, right = questions[5]["items"], questions[6]["right"]
    return [
        "2",
        "1 3",
        "f",
        "12,5 km",
        "fjord",
        " ".join(str(order.index(one) + 1) for one in ("one", "two", "three")),
        " ".join("ab"[right.index(one)] for one in ("1", "2")),
        "salt",
        "pepper",
    ]


def lines(*typed: str) -> str:
    return "".join(f"{one}\n" for one in typed)


def _course(slug: str) -> dict[str, Any]:
    course = school.course(slug)
    for lesson in course["weeks"][0]["lessons"]:
        codes = [f"{lesson['code']}-q{number}" for number in range(1, len(KINDS) + 1)]
        lesson["questions"] = [_asked(*one) for one in zip(codes, KINDS, strict=True)]
    return course


def _asked(code: str, kind: dict[str, Any]) -> dict[str, Any]:
    whole = school.question(code)
    return {name: whole[name] for name in PLAIN} | kind
