"""Reminders and how one is told, at a terminal."""

import click
import pytest

from questlog.cli.exits import Exit
from questlog.cli.reminders import minutes_of
from tests.support.terminal import Terminal


def test_a_task_is_reminded_of_before_it_is_due_and_at_a_moment(ada: Terminal) -> None:
    ada.run("add", "Call Ann", "--due", "2099-06-01 17:00")
    ada.run("tasks")

    none = ada.run("remind", "1").lines
    ada.run("remind", "1", "--before", "1d 2h")
    two = ada.run("remind", "1", "2099-05-30", "at", "9").lines
    one = ada.run("remind", "1", "--off", "1").lines

    assert none == ["Nothing reminds you of this task."]
    assert [line.split()[0] for line in two] == ["NO", "1", "2"]
    assert two[1].endswith("1d 2h before it is due")
    assert two[2].endswith("Sat 30 May 2099, 09:00")
    assert len(one) == 2


def test_a_reminder_that_is_not_there_cannot_be_taken_away(ada: Terminal) -> None:
    ada.run("add", "Call Ann")
    ada.run("tasks")

    answer = ada.run("remind", "1", "--off", "1", expect=Exit.NOT_FOUND)

    assert "the task has no reminder 1" in answer.err


def test_how_one_is_told_is_shown_and_changed(ada: Terminal) -> None:
    before = ada.run("notifications").lines
    after = ada.run(
        "notifications",
        *("--digest", "on", "--at", "07:30", "--quiet", "22:00-07:00"),
        *("--push-url", "https://ntfy.example.org/topic", "--push", "on", "--mail", "off"),
    ).lines
    off = ada.run("notifications", "--quiet", "none", "--push-url", "none", "--json").json

    assert before[1].startswith("reminders by mail")
    assert before[3].split() == ["daily", "digest", "off"]
    assert after[2].endswith("on, ntfy.example.org")
    assert after[3].endswith("on, at 07:30")
    assert after[6].endswith("22:00-07:00")
    assert (off["quiet_from"], off["push_host"], off["reminders_by_push"]) == (None, None, False)


@pytest.mark.parametrize(
    ("text", "minutes"), [("30m", 30), ("45", 45), ("2h", 120), ("1d", 1440), ("1d 2h 5m", 1565)]
)
def test_durations_are_read(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "-5m", "1w", "m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        minutes_of(text)
