"""Taking a quiz: answers in, graded here, paid once; whoever passes has done the lesson.

A pass completes the open task of the lesson, by the flow of ticking it, so that nothing pays twice. Locks are taken in
the house's order: the task, the enrolment, the cards, the player.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from questlog.core.db import Session
from questlog.core.exceptions import ConflictError
from questlog.flows.complete_lesson import complete_lesson
from questlog.flows.complete_task import complete_task
from questlog.game import earning, hearts, turns
from questlog.game.content import content
from questlog.game.deeds import Deed
from questlog.game.turns import PlayerRow
from questlog.learning import cards, questions, quizzes
from questlog.learning.quizzes import Answers, Attempt, QuizRules, Standing
from questlog.planning import lesson_completions


class NoHeartsLeftError(ConflictError):
    """`details` say when the next heart is back."""

    code = "no_hearts_left"
    default_message = "You have no hearts left, so a new quiz has to wait. The next heart is back at {back_at}. Reviews stay open."


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a first attempt is taken with."""

    day: date
    hearts: int
    plays_with_hearts: bool

    def lost(self, wrong: int) -> int:
        return min(wrong, self.hearts) if self.plays_with_hearts else 0


async def submit_quiz(
    session: Session, user_id: UUID, lesson_id: UUID, answers: Answers, *, timezone: str
) -> dict[str, Any]:
    """Grade an attempt and let everything follow from it; return the attempt as its user sees it.

    Raises `LessonNotFoundError`, `CourseNotTakenError`, `SubmittedTooSoonError`, `NoHeartsLeftError`, `EmptyQuizError`,
    `AnswerMisfitError`, `UnknownReferenceError`.
    """
    lesson, rules = await questions.lesson(session, lesson_id), quiz_rules()
    task_id = await lesson_completions.hold_open_task(session, user_id, lesson_id)
    before = await quizzes.begin(session, user_id, lesson, rules)
    stakes = await _stakes(session, user_id, before, timezone)
    made = await quizzes.grade(
        session, user_id, lesson, answers, before, rules=rules, local_day=stakes.day
    )
    new_cards = await cards.make(session, user_id, made.wrong)
    lost = await _lost(session, user_id, made, before, timezone)
    receipt = await _pay(session, user_id, made, hearts_lost=lost, timezone=timezone)
    done = await _complete(session, user_id, made, task_id, timezone) if made.row["passed"] else {}
    return {
        **quizzes.shown(made.row),
        "pass_percent": rules.pass_percent,
        "hearts_lost": lost,
        "cards": len(made.wrong),
        "new_cards": new_cards,
        "receipt": receipt,
        **{"task_id": None, "lesson": None, **done},
    }


async def show_quiz(
    session: Session, user_id: UUID, lesson_id: UUID, *, timezone: str
) -> dict[str, Any]:
    """Return what a quiz asks, without what is right, and how its user stands. Raises `LessonNotFoundError`."""
    lesson, rules = await questions.lesson(session, lesson_id), quiz_rules()
    asked = await questions.of_lesson(session, lesson_id)
    standing = await quizzes.standing_of(session, user_id, lesson_id)
    player = (await turns.look(session, user_id, timezone=timezone)).player
    last_at = standing.last_at
    waits = not standing.attempts and not hearts.can_take_quiz(player)
    return {
        "lesson_id": lesson_id,
        "code": lesson["code"],
        "title": lesson["title"],
        "course": lesson["slug"],
        "pass_percent": rules.pass_percent,
        "attempts": standing.attempts,
        "best_percent": standing.best if standing.attempts else None,
        "passed": standing.is_passed,
        "again_at": None if last_at is None else last_at + rules.patience,
        "heart_back_at": _heart_back_at(player) if waits else None,
        "questions": [
            quizzes.as_asked({**one, "question_id": one["id"], "shown": one["given"]})
            for one in asked
        ],
    }


def quiz_rules() -> QuizRules:
    rule = content().rules.quiz
    patience = timedelta(seconds=rule.resubmit_seconds)
    return QuizRules(rule.base_xp, rule.per_correct, rule.pass_percent, patience)


async def _lost(
    session: Session, user_id: UUID, made: Attempt, before: Standing, timezone: str
) -> int:
    """Return the hearts an attempt costs. Another first one may have taken the last of them until the player is held."""
    if not made.is_first:
        return 0
    stakes = await _stakes(session, user_id, before, timezone, is_held=True)
    return stakes.lost(len(made.wrong))


async def _stakes(
    session: Session, user_id: UUID, before: Standing, timezone: str, *, is_held: bool = False
) -> Stakes:
    """A quiz that was never taken waits until there is a heart; trying again costs none and needs none."""
    player = (await turns.look(session, user_id, timezone=timezone, is_held=is_held)).player
    if not before.attempts and not hearts.can_take_quiz(player):
        back_at = _heart_back_at(player).isoformat()
        raise NoHeartsLeftError(details={"back_at": back_at})
    return Stakes(player["day_on"], player["hearts"], not player["hearts_off"])


def _heart_back_at(player: PlayerRow) -> datetime:
    since: datetime = player["hearts_at"]
    return since + timedelta(hours=content().rules.hearts.regain_hours)


async def _pay(
    session: Session, user_id: UUID, made: Attempt, *, hearts_lost: int, timezone: str
) -> Mapping[str, Any]:
    """The first attempt pays and costs; later ones count at most as passed, and that once."""
    counts = {}
    if made.is_first_pass:
        counts["quizzes_passed"] = 1
    if made.is_first and made.is_perfect:
        counts["perfect_quizzes"] = 1
    if not made.is_first and not counts:
        return {}
    deed = Deed(
        kind="quiz",
        source_id=made.row["lesson_id"],
        key="once" if made.is_first else "passed",
        cause_id=made.id,
        title=made.lesson["title"],
        base=made.row["xp"],
        counts=counts,
        hearts=-hearts_lost,
    )
    earned = await earning.earn(session, user_id, deed, timezone=timezone, is_first=True)
    return earned.receipt()


async def _complete(
    session: Session, user_id: UUID, made: Attempt, task_id: UUID | None, timezone: str
) -> dict[str, Any]:
    if task_id is not None:
        change = await complete_task(session, user_id, task_id, timezone=timezone)
        receipt = dict(change.receipt or {})
        return {"task_id": task_id, "lesson": receipt}
    paid = await complete_lesson(
        session,
        user_id,
        made.row["lesson_id"],
        cause_id=made.id,
        via="quiz",
        local_day=made.row["local_day"],
        timezone=timezone,
    )
    return {} if paid is None else {"lesson": {**paid.earned.receipt(), "lesson": paid.receipt()}}
