"""Quizzes: what is asked, what was answered, and grading it here, where the right answers are.

Whoever submits holds their enrolment first, as everything that changes what somebody has done of a course does. So of
two submissions at once the second sees the first (G-12).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Select, Table, case, func, insert, select

from questlog.automation import events
from questlog.core import clock, lines
from questlog.core.db import Session
from questlog.core.exceptions import (
    ConflictError,
    TooManyRequestsError,
    UnknownReferenceError,
    ValidationError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.core.prepared import prepared
from questlog.learning import grading, questions
from questlog.learning.lessons import ENROLMENTS
from questlog.learning.models import QuizAttempt
from questlog.learning.questions import QuestionRow

ATTEMPTS = cast(Table, QuizAttempt.__table__)
NEWEST_FIRST = (SortKey(ATTEMPTS.c.number, descending=True),)

type Answers = Mapping[UUID, Any]


class CourseNotTakenError(ConflictError):
    code = "course_not_taken"
    default_message = "Enrol in the course first: only then its quizzes count."


class EmptyQuizError(ConflictError):
    code = "quiz_empty"
    default_message = "This lesson has no questions. Complete it by its task instead."


class SubmittedTooSoonError(TooManyRequestsError):
    """The next attempt may come `retry_after` seconds later."""

    code = "quiz_submitted_too_soon"
    default_message = (
        "You have just submitted this quiz. Wait {seconds} seconds before the next try."
    )


class AnswerMisfitError(ValidationError):
    """It costs nothing: whoever sent it meant something else, or saw an older question."""

    code = "answer_does_not_fit"


class AnsweredTwiceError(ValidationError):
    code = "answered_twice"
    default_message = "This question is answered twice."


@dataclass(frozen=True, slots=True)
class QuizRules:
    """`pay` and `pay_per_correct` are XP of the first attempt, `pass_percent` of the questions pass."""

    pay: int
    pay_per_correct: int
    pass_percent: int
    patience: timedelta
    """How long after an attempt there can be no other."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody made of a quiz so far."""

    attempts: int = 0
    best: int = 0
    """The most right answers of an attempt, in per cent, rounded down."""
    is_passed: bool = False
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One submission, graded. `row` is what is stored; `wrong` are the questions to come back to."""

    row: dict[str, Any]
    lesson: Mapping[str, Any]
    before: Standing
    wrong: Sequence[UUID]

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def is_first(self) -> bool:
        return self.before.attempts == 0

    @property
    def is_first_pass(self) -> bool:
        return bool(self.row["passed"]) and not self.before.is_passed

    @property
    def is_perfect(self) -> bool:
        return bool(self.row["correct"] == self.row["total"])


async def standing_of(session: Session, user_id: UUID, lesson_id: UUID) -> Standing:
    row = (await session.execute(*_standing(user_id, lesson_id))).one()
    return Standing(row.attempts, row.best or 0, bool(row.passed), row.last_at)


@prepared
def _standing(user_id: UUID, lesson_id: UUID) -> Executable:
    return select(
        func.count(ATTEMPTS.c.id).label("attempts"),
        func.max(ATTEMPTS.c.correct * 100 // ATTEMPTS.c.total).label("best"),
        func.max(case((ATTEMPTS.c.passed, 1), else_=0)).label("passed"),
        func.max(ATTEMPTS.c.submitted_at).label("last_at"),
    ).where(ATTEMPTS.c.user_id == user_id, ATTEMPTS.c.lesson_id == lesson_id)


async def begin(
    session: Session, user_id: UUID, lesson: Mapping[str, Any], rules: QuizRules
) -> Standing:
    """Hold the enrolment and return what came before this attempt.

    Raises `CourseNotTakenError`, `SubmittedTooSoonError`.
    """
    await lines.wait(session, user_id)
    held = await session.scalar(*_held(user_id, lesson["course_id"]))
    if held is None:
        raise CourseNotTakenError()
    before = await standing_of(session, user_id, lesson["id"])
    if before.last_at is not None:
        left = (before.last_at + rules.patience - clock.now()).total_seconds()
        if left > 0:
            seconds = int(left) + 1
            raise SubmittedTooSoonError(retry_after=seconds, seconds=seconds)
    return before


@prepared
def _held(user_id: Any, course_id: Any) -> Executable:
    return (
        select(ENROLMENTS.c.id)
        .where(
            ENROLMENTS.c.user_id == user_id,
            ENROLMENTS.c.course_id == course_id,
            ENROLMENTS.c.state != "left",
        )
        .with_for_update()
    )


async def grade(
    session: Session,
    user_id: UUID,
    lesson: Mapping[str, Any],
    answers: Answers,
    before: Standing,
    *,
    rules: QuizRules,
    local_day: date,
) -> Attempt:
    """Grade and keep an attempt. A question without an answer is not right.

    Raises `EmptyQuizError`, `UnknownReferenceError` for an answer to another question, `AnswerMisfitError`.
    """
    asked = await questions.of_lesson(session, lesson["id"])
    if not asked:
        raise EmptyQuizError()
    _check(asked, answers)
    graded = [_graded(question, answers.get(question["id"])) for question in asked]
    correct = sum(one["is_correct"] for one in graded)
    row = {
        "id": new_id(),
        "user_id": user_id,
        "lesson_id": lesson["id"],
        "number": before.attempts + 1,
        "answers": graded,
        "correct": correct,
        "total": len(graded),
        "passed": correct * 100 >= rules.pass_percent * len(graded),
        "xp": 0 if before.attempts else rules.pay + rules.pay_per_correct * correct,
        "local_day": local_day,
        "submitted_at": clock.now(),
    }
    await session.execute(insert(ATTEMPTS), row)
    wrong = [UUID(one["question_id"]) for one in graded if not one["is_correct"]]
    made = Attempt(row, lesson, before, wrong)
    _record(session, made)
    return made


def answers_of(given: Sequence[tuple[UUID, Any]]) -> dict[UUID, Any]:
    """Return answers by question. Raises `AnsweredTwiceError`."""
    found: dict[UUID, Any] = {}
    for place, (question_id, answer) in enumerate(given):
        if question_id in found:
            raise AnsweredTwiceError(pointer=f"/body/answers/{place}/question_id")
        found[question_id] = answer
    return found


def _check(asked: Sequence[QuestionRow], answers: Answers) -> None:
    by_id = {question["id"]: question for question in asked}
    for place, (question_id, answer) in enumerate(answers.items()):
        question = by_id.get(question_id)
        if question is None:
            raise UnknownReferenceError(pointer=f"/body/answers/{place}/question_id")
        fault = grading.misfit(question["kind"], question["given"], answer)
        if fault is not None:
            raise AnswerMisfitError(fault, pointer=f"/body/answers/{place}/answer")


def _graded(question: QuestionRow, answer: Any) -> dict[str, Any]:
    kind, key = question["kind"], question["answer"]
    return {
        "question_id": str(question["id"]),
        "version": question["version"],
        "kind": kind,
        "topic": question["topic"],
        "stem": question["stem"],
        "shown": question["given"],
        "answer": answer,
        "is_correct": grading.is_right(kind, question["given"], key, answer),
        "solution": grading.solution(kind, key),
        "explanation": question["explanation"],
        "see": question["see"],
    }


def _record(session: Session, made: Attempt) -> None:
    row = made.row
    facts = {"title": made.lesson["title"], "code": made.lesson["code"]}
    score = {"number": row["number"], "correct": row["correct"], "total": row["total"]}
    subject = ("lesson", row["lesson_id"])
    payload = {**facts, **score, "passed": row["passed"], "xp": row["xp"]}
    events.record(session, row["user_id"], "quiz.submitted", subject, payload=payload)
    if made.is_first_pass:
        events.record(session, row["user_id"], "quiz.passed", subject, payload={**facts, **score})


async def attempts(
    session: Session, user_id: UUID, lesson_id: UUID, request: PageRequest
) -> Slice[dict[str, Any]]:
    """Return the user's attempts at a quiz, newest first. Raises `LessonNotFoundError`."""
    await questions.lesson(session, lesson_id)
    found = await slice_of(session, _attempts_of(user_id, lesson_id), NEWEST_FIRST, request)
    return Slice([shown(dict(row._mapping)) for row in found.items], found.next_cursor, found.total)


def _attempts_of(user_id: UUID, lesson_id: UUID) -> Select[Any]:
    return select(ATTEMPTS).where(ATTEMPTS.c.user_id == user_id, ATTEMPTS.c.lesson_id == lesson_id)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an attempt as its user sees it, with what was right and why."""
    facts = ("id", "lesson_id", "number", "correct", "total", "passed", "xp", "submitted_at")
    return {
        **{name: row[name] for name in facts},
        "percent": row["correct"] * 100 // row["total"],
        "answers": [{**as_asked(one), **_verdict(one)} for one in row["answers"]],
    }


def as_asked(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody sees of a question before they answer: nothing that tells what is right."""
    shown = question["shown"]
    return {
        "question_id": question["question_id"],
        "kind": question["kind"],
        "topic": question["topic"],
        "stem": question["stem"],
        **{name: shown.get(name) for name in ("choices", "items", "left", "right", "gaps", "unit")},
    }


def _verdict(graded: Mapping[str, Any]) -> dict[str, Any]:
    names = ("answer", "is_correct", "solution", "explanation", "see")
    return {name: graded[name] for name in names}
