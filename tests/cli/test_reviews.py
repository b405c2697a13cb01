"""Reviewing cards at a terminal, on a server whose clock can be moved."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from questlog.cli import quiz_asking
from questlog.cli.exits import Exit
from tests.support.server import RunningServer
from tests.support.terminal_learner import Learner, lines, typed_right

NOTHING = [None] * 8


@pytest.fixture
def ida(moved: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """Somebody whose quiz went wrong: eight cards wait, in the order of the questions."""
    learner = Learner(moved, tmp_path / "ida", monkeypatch)
    learner.enroll()
    learner.hand_in(NOTHING)
    return learner


def knows(ida: Learner) -> dict[str, str]:
    """Return what to type for each kind of question."""
    typed = typed_right(ida.questions())
    kinds = [one["kind"] for one in ida.questions()]
    return dict(zip(kinds, [*typed[:7], "\n".join(typed[7:])], strict=True))


def right_answers(ida: Learner) -> list[str]:
    """Return what to type for the cards that wait, in their order."""
    known = knows(ida)
    return [known[card["kind"]] for card in ida.run("review", "--json").json["items"]]


def elsewhere(ida: Learner, method: str, path: str, body: dict[str, Any]) -> None:
    """Do something by another way than this terminal."""
    account = json.loads((ida.home / "config" / "account.json").read_text(encoding="utf-8"))
    httpx2.request(
        method,
        f"{account['server']}/api/v1{path}",
        json=body,
        headers={"Authorization": f"Bearer {account['access_token']}"},
        trust_env=False,
    ).raise_for_status()


def test_a_session_pays_and_heals(ida: Learner) -> None:
    typed = right_answers(ida)

    said = ida.run("review", typed=lines(*typed))

    assert said.out.count("✓ Right.") == 8
    assert "It comes back in 10 minutes." in said.out
    assert "8 cards reviewed, 8 of 8 right, +16 XP." in said.out
    assert "The day's session is done: 1 heart healed." in said.out
    assert "No card waits. The next one comes in " in said.out
    assert ida.run("game", "--json").json["hearts"] == 1


def test_a_wrong_answer_is_explained_and_comes_back_soon(ida: Learner) -> None:
    wrong = {"mcq": "1", "multi": "2", "true_false": "t", "numeric": "7", "short_text": "no"}
    kind = ida.run("review", "--json").json["items"][0]["kind"]
    typed = wrong.get(kind) or knows(ida)[kind][::-1]

    said = ida.run("review", "--limit", "1", typed=lines(typed))

    assert "✗ Not right." in said.out
    assert "Right is: " in said.out
    assert "Oslo lies at the end of a fjord." in said.out
    assert "Read again: Towns" in said.out
    assert "It comes back in 1 minute." in said.out
    assert "1 card reviewed, 0 of 1 right." in said.out
    assert "7 cards left for today: questlog review" in said.out


def test_who_answers_in_their_head_rates_themselves(ida: Learner) -> None:
    items = ida.run("review", "--json").json["items"]
    left_out = ["\n" if one["kind"] == "cloze" else "" for one in items[:2]]

    said = ida.run("review", "-n", "2", typed=lines(left_out[0], "4", left_out[1], "9", "aga"))

    assert said.out.count("How well did you know it?  1 again  2 hard  3 good  4 easy") == 3
    assert "1, 2, 3 or 4, please." in said.out
    assert "It comes back in 1 minute." in said.out
    assert "2 cards reviewed." in said.out
    assert "XP" not in said.out


def test_an_answer_may_be_rated(ida: Learner) -> None:
    typed = right_answers(ida)

    said = ida.run("review", "--rate", "--limit", "1", typed=lines(typed[0], "easy"))

    assert "If it is right, how hard was it?" in said.out
    assert "It comes back in 1 minute" not in said.out
    assert "minutes" not in said.out
    assert "1 of 1 right, +2 XP." in said.out


def test_going_away_keeps_what_was_answered(ida: Learner) -> None:
    typed = right_answers(ida)

    said = ida.run("review", typed=lines(*typed[:3]))

    assert "Stopped: every card that was answered counts" in said.err
    assert "3 cards reviewed, 3 of 3 right, +6 XP." in said.out
    assert "5 cards left for today: questlog review" in said.out


def test_a_day_has_its_end(ida: Learner) -> None:
    typed = right_answers(ida)
    elsewhere(ida, "PATCH", "/auth/me", {"settings": {"reviews_per_day": 3}})

    said = ida.run("review", typed=lines(*typed))
    again = ida.run("review")
    ida.wait(days=1)
    tomorrow = ida.run("review", "--json").json

    assert "3 cards reviewed" in said.out
    assert "That is all for today, 3 cards. The rest waits until tomorrow." in said.out
    assert again.lines == ["That is all for today, 3 cards. The rest waits until tomorrow."]
    assert len(tomorrow["items"]) == 3


def test_a_card_that_was_reviewed_elsewhere_is_passed_over(
    ida: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = ida.run("review", "--json").json["items"]

    def slow(card: dict[str, Any], _heading: str) -> None:
        if card["id"] == waiting[0]["id"]:
            elsewhere(ida, "POST", f"/reviews/{card['id']}", {"rating": "easy"})

    with monkeypatch.context() as patch:
        patch.setattr(quiz_asking, "ask", slow)
        said = ida.run("review", typed=lines(*["good"] * 8))

    assert "This card rests until it is due again." in said.err
    assert "7 cards reviewed." in said.out


def test_a_key_for_learning_alone_is_enough(ida: Learner) -> None:
    scopes = ("--scope", "learning:read", "--scope", "learning:write")
    key = ida.run("keys", "create", "learner", *scopes, "--json").json["key"]

    said = ida.run(
        "review", "--limit", "1", typed=lines(right_answers(ida)[0]), QUESTLOG_API_KEY=key
    )

    assert "1 of 1 right, +2 XP." in said.out


def test_who_has_no_cards_is_told_where_they_come_from(
    moved: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = Learner(moved, tmp_path / "eve", monkeypatch)

    said = eve.run("review")

    assert said.lines == ["No cards yet. What you get wrong in a quiz comes back here."]
    assert eve.run("review", "--json").json["items"] == []


def test_who_is_not_signed_in_is_told_so(tmp_path: Path, ida: Learner) -> None:
    said = ida.run("review", expect=Exit.NOT_SIGNED_IN, QUESTLOG_HOME=str(tmp_path / "nobody"))

    assert "questlog login" in said.err
