"""What next, and what waits for what, at a terminal."""

from tests.support.terminal import Terminal


def test_what_waits_is_not_next_until_it_waits_no_more(ada: Terminal) -> None:
    ada.run("add", "Roof")
    ada.run("add", "Walls", "--priority", "urgent")
    ada.run("tasks")

    told = ada.run("block", "2", "--on", "1").lines
    waiting = [one["task"]["title"] for one in ada.run("next", "--json").json]
    ada.run("tasks")
    ada.run("unblock", "2")
    lines = ada.run("next").lines

    assert told == ["It waits for one task."]
    assert waiting == ["Roof"]
    assert lines[0].split() == ["NO", "TASK", "URGENCY", "BECAUSE"]
    assert lines[1].split() == ["1", "Walls", "6.00", "priority", "urgent"]


def test_one_blocker_of_two_is_taken_away(ada: Terminal) -> None:
    for title in ("Roof", "Walls", "Paint"):
        ada.run("add", title)
    ada.run("tasks")
    ada.run("block", "3", "--on", "1", "--on", "2")

    told = ada.run("unblock", "3", "--on", "1").lines

    assert told == ["It waits for one task."]


def test_there_may_be_nothing_to_do(ada: Terminal) -> None:
    assert ada.run("next", "--minutes", "5").lines == ["Nothing is ready to be done."]
