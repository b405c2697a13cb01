"""Taking things back at a terminal."""

from tests.support.terminal import Terminal


def test_the_last_change_is_taken_back(ada: Terminal) -> None:
    ada.run("add", "Call Mum")
    ada.run("tasks")
    ada.run("done", "1")

    told = ada.run("undo", "--yes").lines

    assert told == ["Undone: task.completed “Call Mum”"]
    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["Call Mum"]


def test_activity_numbers_what_can_be_undone(ada: Terminal) -> None:
    ada.run("add", "Call Mum")
    ada.run("add", "Call Dad")

    listed = ada.run("activity", "--type", "task.*").lines
    ada.run("undo", "2", "--yes")
    after = ada.run("activity", "--json").json

    assert listed[0].split() == ["NO", "WHEN", "WHAT", "OF", "UNDO"]
    assert listed[1].split()[-4:] == ["task.created", "Call", "Dad", "yes"]
    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["Call Dad"]
    assert after[0]["type"] == "change.undone"


def test_activity_is_narrowed_down(ada: Terminal) -> None:
    ada.run("add", "Call Mum")
    ada.run("add", "Write to Dad")
    today = ada.run("activity", "--json").json[0]["created_at"][:10]

    def named(*wanted: str) -> list[str]:
        found = ada.run("activity", "--json", "--type", "task.*,goal.*", *wanted).json
        return [event["payload"]["title"] for event in found]

    assert named("--search", "dad", "--by", "user") == ["Write to Dad"]
    assert named("--from", today, "--limit", "1") == ["Write to Dad"]
    assert named("--to", "2020-01-01") == named("--by", "key") == []


def test_nobody_is_asked_where_nobody_answers(ada: Terminal) -> None:
    ada.run("add", "Call Mum")

    refused = ada.run("undo", expect=1)

    assert "Say --yes" in refused.err
    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["Call Mum"]


def test_there_may_be_nothing_to_undo(ada: Terminal) -> None:
    ada.run("add", "Call Mum")
    ada.run("undo", "--yes")

    told = ada.run("undo", "--yes", expect=4)

    assert "nothing to undo" in told.err
