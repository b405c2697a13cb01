"""Quizzes over HTTP: taking them, and keeping their questions."""

from typing import Any

from fastapi import Request, Response

from questlog.api.deps import (
    AdminId,
    CurrentUser,
    ExpectedVersion,
    Page,
    PathId,
    Reader,
    UserId,
    Writer,
)
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.flows.submit_quiz import show_quiz
from questlog.flows.submit_quiz import submit_quiz as submit
from questlog.learning import questions, quizzes
from questlog.learning.quiz_schemas import (
    AttemptPage,
    QuestionCreate,
    QuestionPage,
    QuestionResponse,
    QuestionUpdate,
    QuizResponse,
    QuizResult,
    QuizSubmission,
)

router = HouseRouter(prefix="/quizzes", tags=["learning"])


@router.get("/{lesson_id}", response_model=QuizResponse)
async def get_quiz(lesson_id: PathId, me: CurrentUser, session: Reader) -> dict[str, Any]:
    """Give the questions of a lesson's quiz. What is right is told after an attempt."""
    return await show_quiz(session, me.user_id, lesson_id, timezone=me.timezone)


@router.post("/{lesson_id}/submit", response_model=QuizResult, openapi_extra=refusing(409))
async def submit_quiz(
    lesson_id: PathId, body: QuizSubmission, me: CurrentUser, session: Writer
) -> dict[str, Any]:
    """Hand in answers. They are graded here; the first attempt pays, and costs a heart for each mistake.

    Seven of ten pass, which completes the lesson and its task. A question you got wrong becomes a review card.
    """
    given = quizzes.answers_of([(one.question_id, one.answer) for one in body.answers])
    return await submit(session, me.user_id, lesson_id, given, timezone=me.timezone)


@router.get("/{lesson_id}/attempts", response_model=AttemptPage)
async def list_quiz_attempts(
    request: Request, lesson_id: PathId, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List your attempts, newest first, with what was right and why."""
    found = await quizzes.attempts(session, user_id, lesson_id, page)
    return page_answer(request, found, found.items)


@router.get("/{lesson_id}/questions", response_model=QuestionPage)
async def list_questions(
    request: Request, lesson_id: PathId, page: Page, _admin: AdminId, session: Reader
) -> Response:
    """List a quiz's questions with their answers. For administrators."""
    found = await questions.page(session, lesson_id, page)
    return page_answer(request, found, found.items)


@router.post("/{lesson_id}/questions", status_code=201, response_model=QuestionResponse)
async def create_question(
    lesson_id: PathId, body: QuestionCreate, _admin: AdminId, session: Writer
) -> dict[str, Any]:
    """Add a question at the end of a quiz; an import leaves it alone. For administrators."""
    return await questions.create(session, lesson_id, body.model_dump(exclude_unset=True))


@router.get("/{lesson_id}/questions/{question_id}", response_model=QuestionResponse)
async def get_question(
    lesson_id: PathId, question_id: PathId, _admin: AdminId, session: Reader
) -> dict[str, Any]:
    """Give one question with its answer. For administrators."""
    return await questions.get(session, lesson_id, question_id)


@router.patch("/{lesson_id}/questions/{question_id}", response_model=QuestionResponse)
async def update_question(
    *,
    lesson_id: PathId,
    question_id: PathId,
    body: QuestionUpdate,
    expected: ExpectedVersion,
    _admin: AdminId,
    session: Writer,
) -> dict[str, Any]:
    """Change a question; attempts keep the version they answered. For administrators."""
    changes = body.model_dump(exclude_unset=True)
    return await questions.change(
        session, lesson_id, question_id, changes, expected_version=expected
    )


@router.delete("/{lesson_id}/questions/{question_id}", status_code=204)
async def delete_question(
    *,
    lesson_id: PathId,
    question_id: PathId,
    expected: ExpectedVersion,
    _admin: AdminId,
    session: Writer,
) -> None:
    """Ask a question no more. Attempts that answered it keep it. For administrators."""
    await questions.remove(session, lesson_id, question_id, expected_version=expected)
