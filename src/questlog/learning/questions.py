"""The questions of a lesson's quiz, and keeping them by hand: what an import brings is `course_imports.py`'s.

A changed question gets a new version; attempts keep the one they answered.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import pydantic
from sqlalchemy import Executable, Select, Table, func, insert, select, update

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import (
    AlreadyExistsError,
    ConflictError,
    NotFoundError,
    PreconditionFailedError,
    ValidationError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey, slice_of
from questlog.core.prepared import prepared
from questlog.learning.lessons import COURSES, LESSONS, STANDING, LessonNotFoundError
from questlog.learning.models import Question
from questlog.learning.question_forms import QUESTION, QuestionForm

QUESTIONS = cast(Table, Question.__table__)
ASKED = QUESTIONS.c.removed_at.is_(None)
IN_ORDER = (SortKey(QUESTIONS.c.position), SortKey(QUESTIONS.c.id))
MOST_QUESTIONS = 100
STEP = 1024.0
COMMON = ("code", "topic", "difficulty", "stem", "explanation", "see")

type QuestionRow = dict[str, Any]


class QuestionNotFoundError(NotFoundError):
    code = "question_not_found"
    default_message = "There is no such question."


class InvalidQuestionError(ValidationError):
    """The fields together make no question of their kind; `reason` says which one and why."""

    code = "invalid_question"
    default_message = "This question cannot be asked so: {field} {reason}"


class QuestionCodeTakenError(AlreadyExistsError):
    code = "question_code_taken"
    default_message = "The lesson has a question with the code {code} already, perhaps a removed one. Take another."


class TooManyQuestionsError(ConflictError):
    code = "too_many_questions"
    default_message = "A quiz has at most {most} questions. Remove one first."


@prepared
def _lesson(lesson_id: UUID) -> Executable:
    return (
        select(LESSONS.c.id, LESSONS.c.code, LESSONS.c.title, LESSONS.c.course_id, COURSES.c.slug)
        .join(COURSES, COURSES.c.id == LESSONS.c.course_id)
        .where(LESSONS.c.id == lesson_id, STANDING)
    )


async def lesson(session: Session, lesson_id: UUID) -> Mapping[str, Any]:
    """Return a lesson's code, title, course_id and the course's slug. Raises `LessonNotFoundError`."""
    row = (await session.execute(*_lesson(lesson_id))).one_or_none()
    if row is None:
        raise LessonNotFoundError()
    return dict(row._mapping)


@prepared
def _of_lesson(lesson_id: UUID) -> Executable:
    return _ordered(lesson_id).order_by(*(key.column for key in IN_ORDER))


def _ordered(lesson_id: Any) -> Select[Any]:
    return select(QUESTIONS).where(QUESTIONS.c.lesson_id == lesson_id, ASKED)


async def of_lesson(session: Session, lesson_id: UUID) -> list[QuestionRow]:
    """Return what a quiz asks, in order."""
    found = await session.execute(*_of_lesson(lesson_id))
    return [dict(row._mapping) for row in found]


async def page(session: Session, lesson_id: UUID, request: PageRequest) -> Slice[Any]:
    """Return the questions as their authors see them. Raises `LessonNotFoundError`."""
    await lesson(session, lesson_id)
    found = await slice_of(session, _ordered(lesson_id), IN_ORDER, request)
    return Slice(
        [_shown(dict(row._mapping)) for row in found.items], found.next_cursor, found.total
    )


async def get(session: Session, lesson_id: UUID, question_id: UUID) -> QuestionRow:
    """Return one question as its author sees it. Raises `QuestionNotFoundError`."""
    return _shown(await _claim(session, lesson_id, question_id))


async def create(session: Session, lesson_id: UUID, fields: Mapping[str, Any]) -> QuestionRow:
    """Add a question at the end of a quiz.

    Raises `LessonNotFoundError`, `InvalidQuestionError`, `QuestionCodeTakenError`, `TooManyQuestionsError`.
    """
    await _hold(session, lesson_id)
    made = new_id()
    form = read({"code": f"q-{made.hex[-12:]}", **fields})
    await _refuse_taken(session, lesson_id, form.code)
    last, count = (await session.execute(*_extent(lesson_id))).one()
    if count >= MOST_QUESTIONS:
        raise TooManyQuestionsError(details={"most": MOST_QUESTIONS})
    now = clock.now()
    row = {
        **_columns(form),
        "id": made,
        "lesson_id": lesson_id,
        "position": (last or 0.0) + STEP,
        "origin": "admin",
        "removed_at": None,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }
    await session.execute(insert(QUESTIONS), row)
    return _shown(row)


async def change(
    session: Session,
    lesson_id: UUID,
    question_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> QuestionRow:
    """Change the fields that are present; another kind needs the fields of that kind, too.

    Raises `QuestionNotFoundError`, `InvalidQuestionError`, `QuestionCodeTakenError`, `PreconditionFailedError`.
    """
    row = await _claim(session, lesson_id, question_id, expected_version=expected_version)
    before = authored(row)
    stays = before if changes.get("kind", row["kind"]) == row["kind"] else _common(before)
    form = read({**stays, **changes})
    changed = {name: value for name, value in _columns(form).items() if row[name] != value}
    if not changed:
        return _shown(row)
    if "code" in changed:
        await _refuse_taken(session, lesson_id, form.code)
    changed |= {"updated_at": clock.now(), "version": row["version"] + 1}
    await session.execute(update(QUESTIONS).where(QUESTIONS.c.id == question_id).values(**changed))
    return _shown({**row, **changed})


async def remove(
    session: Session, lesson_id: UUID, question_id: UUID, *, expected_version: int | None = None
) -> None:
    """Ask a question no more; attempts and cards that know it keep it.

    Raises `QuestionNotFoundError`, `PreconditionFailedError`.
    """
    row = await _claim(session, lesson_id, question_id, expected_version=expected_version)
    now = clock.now()
    gone = {"removed_at": now, "updated_at": now, "version": row["version"] + 1}
    await session.execute(update(QUESTIONS).where(QUESTIONS.c.id == question_id).values(**gone))


def read(fields: Mapping[str, Any]) -> QuestionForm:
    """Return the question that fields of a course file make. Raises `InvalidQuestionError`."""
    try:
        return QUESTION.validate_python(fields)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"][1:]] or ["kind"]
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidQuestionError(
            details={"field": ".".join(place), "reason": reason},
            pointer="/".join(["/body", *place]),
        ) from error


def authored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question as its author writes it, in the fields of a course file."""
    return {"kind": row["kind"], **_common(row), **_own(row["kind"], row["given"], row["answer"])}


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COMMON}


def _own(kind: str, shown: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case "mcq":
            return {"choices": shown["choices"], "answer": key["choice"]}
        case "multi":
            return {"choices": shown["choices"], "answers": key["choices"]}
        case "true_false":
            return {"answer": key["value"]}
        case "numeric":
            return {"answer": key["value"], "tolerance": key["tolerance"], "unit": shown["unit"]}
        case "short_text":
            return {"answers": key["accepted"]}
        case "ordering":
            return {"items": key["items"]}
        case "matching":
            return {"pairs": [{"left": left, "right": right} for left, right in key["pairs"]]}
        case _:
            return {"gaps": key["gaps"]}


def _columns(form: QuestionForm) -> dict[str, Any]:
    common = form.model_dump(include=set(COMMON))
    kind: str = form.kind  # type: ignore[attr-defined]  # every form that is not abstract has it
    return {**common, "kind": kind, "given": form.shown, "answer": form.key}


def _shown(row: Mapping[str, Any]) -> QuestionRow:
    facts = ("id", "lesson_id", "position", "origin", "created_at", "updated_at", "version")
    return {**{name: row[name] for name in facts}, **authored(row)}


async def _hold(session: Session, lesson_id: UUID) -> None:
    """Questions of one lesson are added one after the other."""
    held = select(LESSONS.c.id).where(LESSONS.c.id == lesson_id, STANDING).with_for_update()
    if await session.scalar(held) is None:
        raise LessonNotFoundError()


async def _claim(
    session: Session, lesson_id: UUID, question_id: UUID, *, expected_version: int | None = None
) -> QuestionRow:
    statement = _ordered(lesson_id).where(QUESTIONS.c.id == question_id)
    if session.info.get("writes"):
        statement = statement.with_for_update()
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise QuestionNotFoundError()
    if expected_version is not None and row.version != expected_version:
        raise PreconditionFailedError()
    return dict(row._mapping)


async def _refuse_taken(session: Session, lesson_id: UUID, code: str) -> None:
    taken = select(QUESTIONS.c.id).where(
        QUESTIONS.c.lesson_id == lesson_id, QUESTIONS.c.code == code
    )
    if await session.scalar(taken) is not None:
        raise QuestionCodeTakenError(details={"code": code}, pointer="/body/code")


@prepared
def _extent(lesson_id: UUID) -> Executable:
    return select(func.max(QUESTIONS.c.position), func.count(QUESTIONS.c.id)).where(
        QUESTIONS.c.lesson_id == lesson_id, ASKED
    )
