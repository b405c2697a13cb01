"""Adding tasks in words at a terminal, against a real server on both databases."""

from datetime import timedelta

import pytest

from questlog.core import clock
from tests.support.terminal import Terminal


def test_words_become_a_task_and_are_said_back(ada: Terminal) -> None:
    ada.run("projects", "add", "Work")

    said = ada.run("add", "Write report tomorrow 17:00 every fri #work @deep p1 ~45m // notes")

    assert said.lines == [
        "Added 1: Write report, due tomorrow 17:00",
        "         every week on Friday, #Work, @deep, urgent, 45 min, // notes",
    ]
    (task,) = ada.run("tasks", "--json").json
    assert (task["title"], task["priority"], task["duration"]) == ("Write report", 4, 45)


def test_words_need_no_quotation_marks(ada: Terminal) -> None:
    task = ada.run("add", "Позвонить", "маме", "завтра", "--json").json

    tomorrow = clock.today("UTC") + timedelta(days=1)
    assert (task["title"], task["due_date"]) == ("Позвонить маме", tomorrow.isoformat())


def test_a_list_is_read_from_standard_input(ada: Terminal) -> None:
    said = ada.run("add", "-", typed="Shopping @town\n  - Milk p1\n  - Bread\nRest\n")

    assert said.lines == [
        "Added 1: Shopping",
        "         @town",
        "  Added 2: Milk",
        "           urgent",
        "  Added 3: Bread",
        "Added 4: Rest",
    ]
    ada.run("done", "2")
    assert [task["title"] for task in ada.run("tasks", "--under", "1", "--json").json] == ["Bread"]


def test_a_dry_run_adds_nothing(ada: Terminal) -> None:
    said = ada.run("add", "Milk tomorrow @town", "--dry-run")

    assert said.lines == ["Would add: Milk, due tomorrow", "           @town"]
    assert ada.run("tasks", "--json").json == []


def test_a_project_that_is_not_there_is_named_and_made_on_request(ada: Terminal) -> None:
    first = ada.run("add", "Paint #Garden")
    second = ada.run("add", "Dig #Garden", "--create-missing")

    assert (first.out, "no project called `Garden`" in first.err) == (
        "Added 1: Paint #Garden\n",
        True,
    )
    assert second.lines == ["Added 2: Dig", "         #Garden"]
    assert ada.run("projects").lines[1].split() == ["1", "Garden", "1"]


def test_plain_words_stay_as_they_are(ada: Terminal) -> None:
    task = ada.run("add", "Read Tomorrow p1 #Work", "--plain", "--json").json

    assert (task["title"], task["due_date"], task["priority"]) == (
        "Read Tomorrow p1 #Work",
        None,
        0,
    )


def test_options_go_before_words(ada: Terminal) -> None:
    text = "Water plants tomorrow every! 3 days p1 @home ~10m // the small can"

    task = ada.run("add", text, "--due", "2030-01-15", "--priority", "low", "--json").json

    assert (task["title"], task["due_date"], task["priority"]) == ("Water plants", "2030-01-15", 1)
    assert (task["recurrence"], task["labels"]) == ("every! 3 days", ["home"])
    assert (task["duration"], task["description"]) == (10, "the small can")


@pytest.mark.parametrize(
    "arguments",
    [
        ("Milk\nBread", "--due", "today"),
        ("Milk", "--due", "today", "--dry-run"),
        ("Milk", "--plain", "--create-missing"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    ada: Terminal, arguments: tuple[str, ...]
) -> None:
    ada.run("add", *arguments, expect=2)

    assert ada.run("tasks", "--json").json == []


def test_a_line_that_cannot_be_added_is_named(ada: Terminal) -> None:
    said = ada.run("add", "-", typed="Milk\ntomorrow p1\n", expect=6)

    assert "Line 2 has no title." in said.err
    assert ada.run("tasks", "--json").json == []
