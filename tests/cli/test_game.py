"""The game at a terminal."""

from questlog.cli.exits import Exit
from tests.support.terminal import Terminal


def test_where_one_stands(ada: Terminal) -> None:
    lines = ada.run("game").lines
    told = ada.run("game", "state", "--json").json

    assert lines[0] == "Level 1  0 XP, 100 more to level 2"
    assert lines[1] == "♥♥♥♥♥  0 gold"
    assert lines[2] == "Streak of 0 days, the best was 0"
    assert lines[3].startswith("The Drawer of Someday  ████████████████████  70 of 70 HP")
    assert (told["level"], told["hearts"]) == (1, 5)


def test_a_completed_task_shows_everywhere(ada: Terminal) -> None:
    ada.run("add", "Roof")
    ada.run("done", "1")

    state, quests = ada.run("game").lines, ada.run("game", "quests").out
    ledger, badges = ada.run("game", "ledger").lines, ada.run("game", "badges").out

    assert state[0] == "Level 1  10 XP, 90 more to level 2"
    assert state[2] == "Streak of 1 day, the best was 1"
    assert "First steps [now]  50 XP, 30 gold, 1 streak freeze" in quests
    assert "✓ Tick off a task" in quests
    assert "· Earn 100 XP  10 of 100" in quests
    assert "Task “Roof” completed: +10 XP, +1 gold. The Drawer of Someday lost 10 HP." in ledger[0]
    assert "The first tick" in badges
    assert "A handful" not in badges


def test_challenges_are_joined_and_left(ada: Terminal) -> None:
    joined = ada.run("game", "join", "brisk-week").lines
    shown = ada.run("game", "challenges").out
    again = ada.run("game", "join", "brisk-week", expect=Exit.REFUSED)
    left = ada.run("game", "leave", "brisk-week", "--yes").lines

    assert joined[0].startswith("Joined: A brisk week, until ")
    assert joined[1] == "It brings 60 XP, 25 gold."
    assert "A brisk week [now]  60 XP, 25 gold  (brisk-week)" in shown
    assert "0 of 300, 7 days left" in shown
    assert "You are in this challenge already." in again.err
    assert left == ["Left: A brisk week"]


def test_lists_have_a_longer_form(ada: Terminal) -> None:
    quests = ada.run("game", "quests", "--all").out
    badges = ada.run("game", "badges", "--all").out
    bosses = ada.run("game", "bosses").lines

    assert "The long road north [later]" in quests
    assert "A thousand threads  0 of 1000" in badges
    assert len(bosses) == 7
    assert "The Moth of Open Tabs [later]  40 XP" in bosses[1]


def test_the_shop_takes_no_debts(ada: Terminal) -> None:
    shop = ada.run("game", "shop").lines
    refused = ada.run("game", "buy", "streak-freeze", expect=Exit.REFUSED)

    assert shop[0] == "You have 0 gold."
    assert "Streak freeze  50 gold  (streak-freeze)" in shop
    assert "gold" in refused.err


def test_what_is_empty_says_so(ada: Terminal) -> None:
    assert ada.run("game", "ledger").lines == [
        "The ledger is empty. Complete a task, and it will not be."
    ]
    assert ada.run("game", "badges").lines == [
        "No badges yet. The first task you complete brings one."
    ]
    assert ada.run("game", "badges", "--json").json == []


def test_a_preview_before_the_deed(ada: Terminal) -> None:
    ada.run("add", "Roof")
    ada.run("tasks")

    before = ada.run("game", "preview", "1").lines
    ada.run("done", "1")
    after = ada.run("game", "preview", "1").lines

    assert before == ["It would bring 10 XP, 1 gold."]
    assert after == ["It would bring nothing: it is done."]
