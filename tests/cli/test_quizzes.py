"""Quizzes at a terminal, on a server whose clock can be moved."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import Remote
from tests.support.server import RunningServer
from tests.support.terminal_learner import Learner, lines, typed_right

RIGHT = ["b", ["a", "c"], False, "12,5 km", "Fjord ", ["one", "two", "three"]]
PAIRS = [{"left": "x", "right": "1"}, {"left": "y", "right": "2"}]
ALL_RIGHT = [*RIGHT, PAIRS, ["salt", "chili"]]


@pytest.fixture
def ida(moved: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    return Learner(moved, tmp_path / "ida", monkeypatch)


def test_every_kind_is_asked_and_told(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())

    said = ida.run("quiz", typed=lines(*typed))

    assert "1 of 8  towns" in said.out
    assert "[1]____ and [2]____" in said.out
    assert "A number in km" in said.out
    assert "8 of 8 right, 100 %: passed." in said.out
    assert "The lesson is done (1 of 7 of the course)." in said.out
    assert "+18 XP" in said.out
    assert ida.run("lesson", "--json").json["code"] == "w1-d2"


def test_mistakes_are_explained_and_come_back(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())

    said = ida.run("quiz", typed=lines("1", "1", "t", "7", *typed[4:]))

    assert "✗ 1. " in said.out
    assert "You said: a" in said.out
    assert "Right is: a; c" in said.out
    assert "Right is: 12.5 km" in said.out
    assert "Oslo lies at the end of a fjord." in said.out
    assert "Read again: Towns" in said.out
    assert "4 of 8 right, 50 %: not passed yet, 70 % do it." in said.out
    assert "4 hearts lost." in said.out
    assert "4 questions come back as cards: questlog review" in said.out
    assert f"Read it again: questlog lesson {ida.slug}/w1-d1" in said.out


def test_what_cannot_be_an_answer_is_asked_again(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())
    clumsy = ["4", "2", "x", "13", "maybe", "f", "many", "12.5", "fjord", "1 1 2", typed[5]]

    said = ida.run("quiz", typed=lines(*clumsy, "a", "a z", *typed[6:]))

    assert "Numbers from 1 to 3, please." in said.out
    assert "Type t for true or f for false." in said.out
    assert "A number, please" in said.out
    assert "Each number from 1 to 3 once, please." in said.out
    assert "2 letters, a to b, please" in said.out
    assert "8 of 8 right" in said.out


def test_going_away_loses_nothing(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())

    stopped = ida.run("quiz", typed=lines(*typed[:3]), expect=Exit.FAILED)
    quiz = ida.run("quiz", "--json").json
    again = ida.run("quiz", typed=lines(*typed[3:]))

    assert "Stopped: nothing was handed in, 3 answers kept." in stopped.err
    assert f"questlog quiz {ida.slug}/w1-d1" in stopped.err
    assert quiz["attempts"] == 0
    assert "You go on: 3 answers kept from before." in again.err
    assert "1 of 8  towns" not in again.out
    assert "8 of 8 right" in again.out


def test_an_answer_kept_to_a_question_that_changed_is_asked_again(ida: Learner) -> None:
    ida.enroll()
    ida.run("quiz", typed=lines("2", "1 3"), expect=Exit.FAILED)
    draft = ida.home / "config" / "quiz-draft.json"
    kept = json.loads(draft.read_text(encoding="utf-8"))
    kept["given"][0]["question"]["stem"] = "Something else?"
    draft.write_text(json.dumps(kept), encoding="utf-8")

    said = ida.run("quiz", expect=Exit.FAILED)

    assert "1 answer kept from before" in said.err
    assert "1 of 8  towns" in said.out
    assert draft.stat().st_mode & 0o077 == 0


def test_what_is_left_out_is_asked_about(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())

    said = ida.run("quiz", typed=lines("", *typed[1:], "n", "", "y"))

    assert said.out.count("1 of 8  towns") == 2
    assert "1 question left out. Hand in anyway?" in said.out
    assert "You said: nothing" in said.out
    assert "7 of 8 right, 87 %: passed." in said.out


def test_a_program_hands_in_a_file(ida: Learner) -> None:
    ida.enroll()
    by_id = [
        {"question_id": one["question_id"], "answer": answer}
        for one, answer in zip(ida.questions("w1-d2"), ALL_RIGHT, strict=True)
    ]

    in_order = ida.hand_in(ALL_RIGHT, "--json").json
    as_the_api = ida.hand_in({"answers": by_id}, "--json", code="w1-d2").json

    assert (in_order["correct"], in_order["passed"]) == (8, True)
    assert (as_the_api["correct"], as_the_api["number"]) == (8, 1)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([1, 2], "2 answers to 8 questions"),
        ({"b": 1}, "has no answers"),
        (["Atlantis", *ALL_RIGHT[1:]], "answers/0/answer"),
    ],
)
def test_a_file_that_does_not_fit_costs_nothing(ida: Learner, answers: Any, told: str) -> None:
    ida.enroll()

    said = ida.hand_in(answers, expect=Exit.REFUSED)

    assert told in said.err
    assert ida.run("quiz", "--json").json["attempts"] == 0
    assert ida.run("game", "--json").json["hearts"] == 5


def test_who_is_not_enrolled_is_told_how(ida: Learner) -> None:
    said = ida.run("quiz", f"{ida.slug}/w1-d1", expect=Exit.REFUSED)

    assert f"questlog courses enroll {ida.slug}" in said.err
    assert said.out == ""


def test_without_hearts_one_is_told_when(ida: Learner) -> None:
    ida.enroll()
    ida.hand_in([None] * 8)

    said = ida.run("quiz", f"{ida.slug}/w1-d2", expect=Exit.REFUSED)
    file = ida.hand_in(ALL_RIGHT, code="w1-d2", expect=Exit.REFUSED)
    ida.wait(hours=3, minutes=30)
    soon = ida.run("quiz", f"{ida.slug}/w1-d2", expect=Exit.REFUSED)
    ida.wait(minutes=31)
    back = ida.hand_in(ALL_RIGHT, "--json", code="w1-d2").json

    assert "you have no hearts left. The next one is back t" in said.err
    assert "questlog review" in said.err
    assert said.err == file.err
    assert "is back in 30 minutes" in soon.err or "is back in 29 minutes" in soon.err
    assert back["passed"]


def test_half_a_minute_lies_between_two_tries(
    ida: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())
    ida.hand_in([None] * 8)
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        ida.wait(seconds=seconds)

    program = ida.hand_in(ALL_RIGHT, expect=Exit.FAILED)
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", sleep)
        person = ida.run("quiz", f"{ida.slug}/w1-d1", typed=lines(*typed))

    assert "Try again in " in program.err
    assert len(waited) == 1
    assert 0 < waited[0] <= 30
    assert "can be handed in in" in person.err
    assert "8 of 8 right" in person.out


def test_who_goes_away_while_it_waits_loses_nothing(
    ida: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())
    ida.hand_in([None] * 8)

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", interrupted)
        said = ida.run("quiz", typed=lines(*typed), expect=Exit.FAILED)

    assert "Stopped: nothing was handed in, 8 answers kept." in said.err
    assert ida.run("quiz", "--json").json["attempts"] == 1


def test_a_result_that_got_lost_is_told_when_the_same_answers_come_again(
    ida: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida.enroll()
    whole = Remote.post

    def lose_the_answer(remote: Remote, path: str, *args: Any, **more: Any) -> Any:
        whole(remote, path, *args, **more)
        raise Failure("the connection broke", Exit.UNREACHABLE)

    with monkeypatch.context() as broken:
        broken.setattr(Remote, "post", lose_the_answer)
        ida.hand_in(ALL_RIGHT, "--json", expect=Exit.UNREACHABLE)
    found = ida.hand_in(ALL_RIGHT, "--json").json
    ida.wait(minutes=1)
    another = ida.hand_in(ALL_RIGHT, "--json").json

    assert (found["number"], found["correct"]) == (1, 8)
    assert found["receipt"]["xp"] == 18
    assert another["number"] == 2


def test_a_server_that_went_away_takes_no_answers_with_it(ida: Learner) -> None:
    ida.enroll()
    typed = typed_right(ida.questions())
    account = ida.home / "config" / "account.json"
    ida.run("quiz", typed=lines(*typed[:8]), expect=Exit.FAILED)
    kept = account.read_text(encoding="utf-8")
    draft = (ida.home / "config" / "quiz-draft.json").read_text(encoding="utf-8")
    account.write_text(kept.replace(json.loads(kept)["server"], "http://127.0.0.1:9"))

    ida.run("quiz", expect=Exit.UNREACHABLE)

    assert (ida.home / "config" / "quiz-draft.json").read_text(encoding="utf-8") == draft
