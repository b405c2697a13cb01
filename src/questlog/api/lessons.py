"""Weeks, lessons, progress and reflections over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from questlog.api.deps import AdminId, CurrentUser, Page, PathId, Reader, UserId, Writer
from questlog.api.documented import refusing
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.core import clock
from questlog.flows.learning_progress import Progress, learning_progress
from questlog.learning import courses, progress, question_imports, reflections
from questlog.learning.progress import Calendar
from questlog.learning.question_imports import QuestionsImported
from questlog.learning.schemas import (
    CalendarResponse,
    LessonResponse,
    ProgressResponse,
    QuestionImportRequest,
    QuestionImportResponse,
    ReflectionCreate,
    ReflectionPage,
    ReflectionResponse,
    WeekPage,
    WeekResponse,
)

router = HouseRouter(tags=["learning"])


@router.get("/weeks", response_model=WeekPage)
async def list_weeks(
    request: Request,
    page: Page,
    user_id: UserId,
    session: Reader,
    course_id: Annotated[UUID | None, Query(description="Only of this course.")] = None,
) -> Response:
    """List the weeks of the courses one takes, or of one course, and what is done of each."""
    found = await progress.weeks(session, user_id, page, course_id=course_id)
    return page_answer(request, found, found.items)


@router.get("/weeks/{week_id}", response_model=WeekResponse)
async def get_week(week_id: PathId, user_id: UserId, session: Reader) -> Mapping[str, Any]:
    """Give one week with its seven lessons."""
    return await courses.get_week(session, week_id)


@router.get("/lessons/{lesson_id}", response_model=LessonResponse)
async def get_lesson(lesson_id: PathId, user_id: UserId, session: Reader) -> Mapping[str, Any]:
    """Give one lesson with its text."""
    return await courses.get_lesson(session, lesson_id)


@router.post(
    "/lessons/{lesson_id}/questions/import",
    status_code=201,
    response_model=QuestionImportResponse,
    openapi_extra=refusing(409),
)
async def import_lesson_questions(
    lesson_id: PathId, body: QuestionImportRequest, _admin: AdminId, session: Writer
) -> QuestionsImported:
    """Add the questions of a GIFT file or a table to a lesson's quiz. For administrators.

    All of them come, or none: `details.problems` names the line and the remedy of everything that is wrong. The same
    file again brings nothing new, and an import of the course leaves these questions alone.
    """
    forms = question_imports.READERS[body.format](body.file, body.name)
    return await question_imports.import_questions(session, lesson_id, forms)


@router.get("/progress", response_model=ProgressResponse)
async def get_progress(me: CurrentUser, session: Reader) -> Progress:
    """Say how far one has come: level, and for each course what is done and what comes next."""
    return await learning_progress(session, me.user_id, timezone=me.timezone)


@router.get("/progress/calendar", response_model=CalendarResponse)
async def get_progress_calendar(me: CurrentUser, session: Reader) -> Calendar:
    """Count lessons, quizzes and reviews of each local day of the last two years."""
    return await progress.calendar(session, me.user_id, today=clock.today(me.timezone))


@router.get("/reflections", response_model=ReflectionPage)
async def list_reflections(
    request: Request,
    page: Page,
    user_id: UserId,
    session: Reader,
    week_id: Annotated[UUID | None, Query(description="Only about this week.")] = None,
) -> Response:
    """List what one wrote at the end of weeks, newest first."""
    found = await reflections.page(session, user_id, page, week_id=week_id)
    return page_answer(request, found, found.items)


@router.post("/reflections", status_code=201, response_model=ReflectionResponse)
async def write_reflection(
    body: ReflectionCreate, user_id: UserId, session: Writer
) -> Mapping[str, Any]:
    """Write about a week of a course: one text for each week, which takes the place of what stood there."""
    return await reflections.write(session, user_id, body.week_id, body.text)
