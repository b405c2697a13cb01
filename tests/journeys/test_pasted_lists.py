"""An evening with quick add: lists that come from elsewhere are pasted, looked at, and taken back as a whole.

Olga lives in Moscow, writes in Russian and pastes what her friends send her in English.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from questlog.core import clock
from tests.support import server
from tests.support.terminal import PASSWORD, Terminal

SHOPPING = """\
Shopping for Saturday #Home @town
\t- [ ] Milk
\t- [ ] Bread, the dark one p1
\t- [ ] "Friday" soap
\t- [ ] Wine ~10m // https://example.org/wine#red asks for p1
"""
MOVING = """\
Переезд #Переезд !31.12.{year}
  1. Заказать машину завтра в 17:00 @звонки
  2. Упаковать вещи
     * Книги ~2ч
     * Посуда p2
Забрать ключи послезавтра #Переезд
Платить за квартиру каждое 1 число #Переезд
"""


@pytest.fixture
def olga(database_address: str, tmp_path: Path) -> Iterator[Terminal]:
    with server.running_server(database_address, tmp_path / "data") as running:
        olga = Terminal(running, tmp_path / "olga")
        me = ("-e", "olga@example.org", "-p", PASSWORD)
        olga.run("user", "create", *me, "--timezone", "Europe/Moscow")
        olga.run("login", "--server", running.url, *me)
        yield olga


def test_an_evening_of_pasting(olga: Terminal) -> None:
    a_shopping_list_is_looked_at_and_added(olga)
    a_plan_in_russian_makes_its_project(olga)
    a_list_that_is_broken_leaves_everything_as_it_was(olga)
    second_thoughts(olga)


def tasks_of(terminal: Terminal, *arguments: str) -> dict[str, dict[str, Any]]:
    return {task["title"]: task for task in terminal.run("tasks", *arguments, "--json").json}


def a_shopping_list_is_looked_at_and_added(olga: Terminal) -> None:
    olga.run("projects", "add", "Home")
    shown = olga.run("add", "-", "--dry-run", typed=SHOPPING).lines
    before = olga.run("tasks", "--json").json
    added = olga.run("add", "-", typed=SHOPPING).lines

    assert before == []
    assert shown[0].startswith("Would add: Shopping, due ")
    assert added[1].split(", ") == ["         #Home", "@town"]
    assert [line.partition(": ")[2] for line in added if "Added" in line] == [
        line.partition(": ")[2] for line in shown if "Would add" in line
    ]
    children = tasks_of(olga, "--under", "1")
    assert list(children) == ["Milk", "Bread, the dark one", '"Friday" soap', "Wine"]
    assert children["Wine"]["description"] == "https://example.org/wine#red asks for p1"
    assert children["Bread, the dark one"]["priority_label"] == "urgent"


def a_plan_in_russian_makes_its_project(olga: Terminal) -> None:
    text = MOVING.format(year=today().year + 1)
    olga.run("add", "-", "--create-missing", typed=text)

    found = tasks_of(olga, "--project", "переезд")
    assert list(found) == ["Переезд", "Забрать ключи", "Платить за квартиру"]
    assert found["Переезд"]["deadline"] == f"{today().year + 1}-12-31"
    assert found["Забрать ключи"]["due_date"] == (today() + timedelta(days=2)).isoformat()
    assert date.fromisoformat(found["Платить за квартиру"]["due_date"]).day == 1
    upcoming = olga.run("upcoming").out
    assert "завтра" not in upcoming
    assert "17:00" in olga.run("add", "Позвонить завтра в 17:00").out
    olga.run("undo", "--yes")


def a_list_that_is_broken_leaves_everything_as_it_was(olga: Terminal) -> None:
    before = tasks_of(olga)

    said = olga.run("add", "-", typed="Tea\nCoffee\n\n  tomorrow p1 @town\n", expect=6)

    assert "Line 4 has no title." in said.err
    assert tasks_of(olga) == before


def second_thoughts(olga: Terminal) -> None:
    said = olga.run("undo", "--yes")
    left = tasks_of(olga)

    assert "Переезд" in said.out
    assert list(left) == ["Shopping"]
    assert "переезд" not in olga.run("projects").out.lower()

    olga.run("undo", "--yes")
    assert tasks_of(olga) == {}


def today() -> date:
    return clock.today("Europe/Moscow")
