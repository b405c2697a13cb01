"""The verbs of a person at a terminal, against a real server on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest

from questlog.core import clock
from tests.support.server import RunningServer
from tests.support.terminal import Terminal


def titles(terminal: Terminal, *arguments: str) -> list[str]:
    return [task["title"] for task in terminal.run(*arguments, "--json").json]


def test_a_task_is_added_found_and_done_by_its_number(ada: Terminal) -> None:
    ada.run("add", "Call Mum", "--due", "today")
    ada.run(
        "add",
        "Write the report",
        "--due",
        "yesterday",
        "--priority",
        "high",
        "--label",
        "deep work",
    )

    listed = ada.run("today").lines
    ada.run("done", "1")

    assert listed[0].split() == ["NO", "TASK", "DUE", "LABELS", "PRIORITY"]
    assert listed[1].split() == [
        "1",
        "Write",
        "the",
        "report",
        "yesterday",
        "@deep",
        "work",
        "high",
    ]
    assert listed[2].split() == ["2", "Call", "Mum", "today"]
    assert titles(ada, "today") == ["Call Mum"]
    assert titles(ada, "tasks", "--completed") == ["Write the report"]


def test_numbers_stay_what_they_were_until_the_next_list(ada: Terminal) -> None:
    for title in ("One", "Two", "Three"):
        ada.run("add", title, "--due", "today")
    ada.run("today")

    ada.run("done", "1")
    ada.run("done", "3")

    assert titles(ada, "today") == ["Two"]


def test_a_task_just_added_has_the_next_number(ada: Terminal) -> None:
    said = ada.run("add", "Buy milk")
    ada.run("done", "1")

    assert said.out == "Added 1: Buy milk\n"
    assert titles(ada, "inbox") == []


def test_several_are_done_at_once_and_taken_back(ada: Terminal) -> None:
    for title in ("One", "Two", "Three"):
        ada.run("add", title, "--due", "today")

    ada.run("done", "1", "2", "3")
    ada.run("undone", "2")

    assert titles(ada, "today") == ["Two"]


def test_the_end_of_an_id_is_enough(ada: Terminal) -> None:
    task = ada.run("add", "Buy milk", "--json").json

    ada.run("done", task["id"][-8:].upper())
    again = ada.run("undone", task["id"], "--json").json

    assert [each["completed"] for each in again] == [False]


@pytest.mark.parametrize(
    "reference", ["7", "abc", "00000000-0000-7000-8000-000000000000", "ffffffff"]
)
def test_what_is_not_there_is_not_found(ada: Terminal, reference: str) -> None:
    said = ada.run("done", reference, expect=4)

    assert said.err.startswith("Error: ")


def test_a_series_moves_to_its_next_date(ada: Terminal) -> None:
    ada.run("add", "Water the plants", "--due", "today", "--every", "weekly")

    said = ada.run("done", "1").out

    next_week = (clock.today("UTC") + timedelta(days=7)).isoformat()
    assert said == f"Done: Water the plants, again {next_week}\n"
    assert [task["due_date"] for task in ada.run("upcoming", "--json").json] == [next_week]


def test_projects_and_goals_are_made_named_and_counted(ada: Terminal) -> None:
    ada.run("goals", "add", "Move in spring", "--yearly", "--period", "2026")
    ada.run("goals", "add", "Find a flat", "--under", "move in SPRING")
    ada.run("projects", "add", "New flat", "--goal", "Find a flat")
    ada.run("add", "See five flats", "--project", "new flat")
    ada.run("add", "Ask the bank", "--project", "New flat")

    ada.run("done", "2")

    assert ada.run("projects").lines[1].split() == ["1", "New", "flat", "1"]
    lines = ada.run("goals").lines
    assert lines[1].split() == ["1", "Move", "in", "spring", "2026", "1", "of", "2"]
    assert lines[2].split() == ["2", "└", "Find", "a", "flat", "1", "of", "2"]
    assert titles(ada, "tasks", "--project", "1") == ["See five flats"]


def test_a_project_that_is_not_there_says_how_to_make_it(ada: Terminal) -> None:
    said = ada.run("add", "See flats", "--project", "New flat", expect=4)

    assert 'questlog projects add "New flat"' in said.err
    assert titles(ada, "tasks") == []


def test_a_task_is_changed_field_by_field(ada: Terminal) -> None:
    ada.run("add", "Write", "--due", "today 17:30", "--label", "desk", "--priority", "low")

    ada.run("change", "1", "--title", "Write more", "--due", "none")

    (task,) = ada.run("tasks", "--json").json
    assert (task["title"], task["due_date"], task["labels"]) == ("Write more", None, ["desk"])
    assert task["priority_label"] == "low"


def test_a_time_is_that_of_the_place_where_one_lives(ada: Terminal) -> None:
    ada.run("whoami", "--set-timezone", "Asia/Kathmandu")

    task = ada.run("add", "Call home", "--due", "2030-01-15 10:00", "--json").json

    assert task["due_at"] == "2030-01-15T04:15:00Z"
    assert "10:00" in ada.run("upcoming").out


def test_a_removed_task_comes_back_from_the_trash(ada: Terminal) -> None:
    ada.run("add", "Buy milk")
    ada.run("remove", "1")
    in_trash = titles(ada, "tasks", "--trash")

    ada.run("remove", "--undo", "1")

    assert in_trash == ["Buy milk"]
    assert titles(ada, "inbox") == ["Buy milk"]


@pytest.mark.parametrize("by_number", [True, False], ids=["by-its-number", "by-the-end-of-its-id"])
def test_what_was_just_removed_is_taken_out_by_what_removed_it(
    ada: Terminal, by_number: bool
) -> None:
    task = ada.run("add", "Buy milk", "--json").json
    ada.run("inbox")
    pointer = "1" if by_number else task["id"][-8:]

    ada.run("remove", pointer)
    said = ada.run("remove", "--undo", pointer)

    assert "Restored one task." in said.out + said.err
    assert titles(ada, "inbox") == ["Buy milk"]


def test_subtasks_hang_under_their_task(ada: Terminal) -> None:
    ada.run("add", "Move house")
    ada.run("add", "Order boxes", "--under", "1")
    ada.run("tasks")

    assert titles(ada, "tasks", "--under", "1") == ["Order boxes"]
    ada.run("tasks")
    assert "1 subtask is still open" in ada.run("done", "1").err


@pytest.mark.parametrize("arguments", [("--due", "soon"), ("--deadline", "2026-02-30")])
def test_a_date_that_is_none_is_wrong_usage(ada: Terminal, arguments: tuple[str, str]) -> None:
    said = ada.run("add", "Buy milk", *arguments, expect=2)

    assert "is no date" in said.err


def test_what_the_server_does_not_accept_is_said_in_its_words(ada: Terminal) -> None:
    said = ada.run("add", "   ", expect=6)

    assert "title" in said.err
    assert "Traceback" not in said.err


def test_an_empty_list_says_so(ada: Terminal) -> None:
    assert ada.run("today").out == "Nothing is due today.\n"
    assert ada.run("today", "--json").json == []


def test_a_long_list_is_complete(ada: Terminal) -> None:
    ada.run("cmd", "seed", "--count", "130", "--email", ada.email)

    assert len(ada.run("tasks", "--json").json) == 130


def test_the_verbs_work_as_processes_of_their_own(
    lasting_server: RunningServer, tmp_path: Path
) -> None:
    eve = Terminal(lasting_server, tmp_path / "eve", own_process=True).sign_up(lasting_server)

    eve.run("add", "Позвонить маме", "--due", "today")
    listed = eve.run("today").lines
    eve.run("done", "1")

    assert listed[1].split() == ["1", "Позвонить", "маме", "today"]
    assert eve.run("today").out == "Nothing is due today.\n"
