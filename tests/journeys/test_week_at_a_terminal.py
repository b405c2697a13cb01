"""A week of someone's life, lived with the verbs of the terminal alone, against a running server.

Vera, in Berlin, moves house at the end of the week, waters plants, learns ten words a day and once forgets everything.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from questlog.core import clock, database_url, schema
from tests.support import server
from tests.support.ahead import VARIABLE
from tests.support.keeper import ROOT
from tests.support.postgres import PostgresServer
from tests.support.server import RunningServer
from tests.support.terminal import PASSWORD, Terminal

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = 0


class Life:
    """Vera at her terminal, and the days that go by for her and for the server alike."""

    def __init__(self, running: RunningServer, home: Path, ahead: Path) -> None:
        self.terminal = Terminal(running, home)
        self.server = running
        self._ahead = ahead
        self._monday = next_monday()
        self.wake(0)

    def wake(self, day: int, at: time = time(9)) -> None:
        """Let it be this hour of the day that many days after the Monday."""
        moment = datetime.combine(self._monday + timedelta(days=day), at, BERLIN)
        self._ahead.write_text(str((moment - datetime.now(UTC)).total_seconds()))

    def day(self, number: int) -> str:
        return (self._monday + timedelta(days=number)).isoformat()

    def says(self, *arguments: str) -> str:
        return self.terminal.run(*arguments).out

    def sees(self, *arguments: str) -> list[str]:
        """Return the titles of a list, in its order."""
        return [task["title"] for task in self.terminal.run(*arguments, "--json").json]

    def ticks(self, *wanted: str) -> None:
        """Look at today's list and tick these off by their numbers."""
        listed = self.sees("today")
        self.terminal.run("done", *(str(listed.index(title) + 1) for title in wanted))


@pytest.fixture(params=["sqlite", "postgresql"])
def vera(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Life]:
    ahead = tmp_path / "ahead"
    ahead.write_text("0")
    monkeypatch.setattr(
        clock, "now", lambda: datetime.now(UTC) + timedelta(seconds=float(ahead.read_text()))
    )
    address = f"sqlite:///{tmp_path / 'questlog.db'}"
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        address = postgres.create_database()
        schema.upgrade(database_url.parse(address))
    more = {VARIABLE: str(ahead), "PYTHONPATH": str(ROOT)}
    with server.running_server(address, tmp_path, module="tests.support.ahead", **more) as running:
        yield Life(running, tmp_path / "vera", ahead)
    if request.param == "postgresql":
        postgres.drop(address)


def test_a_week(vera: Life) -> None:
    settle_in(vera)
    monday(vera)
    tuesday(vera)
    wednesday_is_forgotten_and_thursday_catches_up(vera)
    friday_at_midnight(vera)
    the_weekend(vera)
    looking_back(vera)


def settle_in(vera: Life) -> None:
    vera.says(
        "user", "create", "-e", "vera@example.org", "-p", PASSWORD, "--timezone", "Europe/Berlin"
    )
    vera.says("login", "--server", vera.server.url, "-e", "vera@example.org", "-p", PASSWORD)
    vera.says("goals", "add", "A home of our own", "--yearly")
    vera.says("goals", "add", "Speak Italian", "--yearly")
    vera.says("projects", "add", "Move house", "--goal", "A home of our own")
    vera.says("projects", "add", "Italian", "--goal", "Speak Italian")
    vera.says(
        "add",
        "Water the plants",
        "--due",
        "today",
        "--every",
        "FREQ=WEEKLY;BYDAY=MO,TH",
        "--label",
        "home",
    )
    vera.says(
        "add", "Learn ten words", "--due", "today 20:00", "--every", "daily", "--project", "Italian"
    )
    vera.says("add", "Order boxes", "--due", "tue", "--project", "Move house", "--priority", "high")
    vera.says("add", "Pack the books", "--due", "thu", "--project", "Move house")
    vera.says("add", "Move", "--due", "sat 08:00", "--project", "Move house", "--deadline", "sat")
    vera.says("add", "Ask Mum for the drill")

    assert vera.sees("today") == ["Learn ten words", "Water the plants"]
    assert vera.sees("upcoming") == ["Order boxes", "Pack the books", "Move"]
    assert vera.sees("inbox") == ["Water the plants", "Ask Mum for the drill"]


def monday(vera: Life) -> None:
    vera.wake(0, time(21))

    vera.ticks("Water the plants", "Learn ten words")

    assert vera.says("today") == "Nothing is due today.\n"
    again = {
        task["title"]: task["due_date"] for task in vera.terminal.run("upcoming", "--json").json
    }
    assert (again["Water the plants"], again["Learn ten words"]) == (vera.day(3), vera.day(1))


def tuesday(vera: Life) -> None:
    vera.wake(1)
    vera.ticks("Order boxes", "Learn ten words")
    vera.says("tasks", "--completed")

    vera.says("undone", "1")

    assert vera.sees("today") == ["Order boxes"]
    vera.ticks("Order boxes")


def wednesday_is_forgotten_and_thursday_catches_up(vera: Life) -> None:
    vera.wake(3, time(10))

    late = vera.says("today")
    vera.ticks("Learn ten words", "Water the plants", "Pack the books")

    assert "yesterday 20:00" in late
    assert vera.says("today") == "Nothing is due today.\n"
    assert vera.terminal.run("tasks", "--project", "Italian", "--json").json[0][
        "due_date"
    ] == vera.day(4)


def friday_at_midnight(vera: Life) -> None:
    vera.wake(4, time(23, 30))
    vera.says("inbox")
    vera.says("change", "2", "--due", "tomorrow")
    before = vera.sees("today")

    vera.wake(5, time(0, 30))

    assert before == ["Learn ten words"]
    assert vera.sees("today") == ["Learn ten words", "Move", "Ask Mum for the drill"]


def the_weekend(vera: Life) -> None:
    vera.wake(5, time(18))
    vera.ticks("Move", "Learn ten words", "Ask Mum for the drill")
    vera.says("add", "Return the boxes", "--project", "Move house")
    listed = vera.sees("tasks", "--project", "Move house")
    vera.says("remove", str(listed.index("Return the boxes") + 1))

    vera.wake(6, time(20, 30))
    vera.ticks("Learn ten words")
    vera.says("goals", "done", "A home of our own")

    assert vera.says("today") == "Nothing is due today.\n"
    assert vera.sees("upcoming") == ["Learn ten words", "Water the plants"]


def looking_back(vera: Life) -> None:
    goals = vera.says("goals")
    export = vera.terminal.run("export", "-").json

    assert "✓ A home of our own" in goals
    assert "3 of 3" in goals
    done = [each for each in export["occurrences"] if each["outcome"] == "completed"]
    standing = [each for each in done if each["reopened_at"] is None]
    assert len(standing) == 11
    assert [each["title"] for each in standing].count("Learn ten words") == 5
    assert vera.sees("tasks", "--trash") == ["Return the boxes"]
    vera.says("logout")


def next_monday() -> date:
    today = datetime.now(BERLIN).date()
    return today + timedelta(days=(MONDAY - today.weekday()) % 7 + 7)
