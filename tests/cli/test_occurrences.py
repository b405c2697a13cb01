"""The dates of tasks at a terminal, and what became of them."""

from datetime import timedelta

from questlog.cli.exits import Exit
from questlog.core import clock
from tests.support.terminal import Terminal


def day(ahead: int) -> str:
    return (clock.today("UTC") + timedelta(ahead)).isoformat()


def due(terminal: Terminal, *arguments: str) -> str:
    found: str = terminal.run(*arguments, "--json").json["due_date"]
    return found


def test_a_series_is_skipped_postponed_and_rescheduled(ada: Terminal) -> None:
    ada.run("add", "Water the plants", "--due", day(0), "--every", "every 10 days")

    skipped = due(ada, "skip", "1")
    postponed = due(ada, "postpone", "1", day(12))
    moved = due(ada, "reschedule", "1", day(11), "--this")
    begun = due(ada, "reschedule", "1", day(15))

    assert (skipped, postponed, moved, begun) == (day(10), day(12), day(11), day(15))
    assert [one["outcome"] for one in ada.run("occurrences", "--json").json] == [
        "postponed",
        "skipped",
    ]


def test_an_occurrence_is_taken_back_by_its_number(ada: Terminal) -> None:
    ada.run("add", "Water the plants", "--due", day(0), "--every", "каждые! 3 дня")
    ada.run("done", "1")

    listed = ada.run("occurrences", "--outcome", "completed", "--from", day(0)).lines
    ada.run("reopen", "1")

    assert listed[0].split() == ["NO", "DAY", "OUTCOME", "TASK", "SCHEDULED"]
    assert listed[1].split() == ["1", day(0), "completed", "Water", "the", "plants", day(0)]
    assert ada.run("occurrences").lines == ["Nothing was done in that time."]


def test_a_number_that_is_not_in_the_list_is_named(ada: Terminal) -> None:
    refused = ada.run("reopen", "7", expect=Exit.NOT_FOUND)

    assert "no occurrence `7`" in refused.err
