"""Courses on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, IsoDate, Strict, text, title, whole_number
from questlog.learning.marked_text import LONGEST

type Kind = Literal["lesson", "practice", "review", "capstone"]
type State = Literal["active", "finished", "left"]

FileName = Annotated[str, title(200)]
Weekday = Annotated[int, whole_number(1, 7)]


class WeekBoss(Answer):
    name: str
    story: str


class LessonBrief(Answer):
    id: UUID
    code: str
    day: int
    title: str
    kind: Kind
    xp_reward: int
    difficulty: str
    minutes: int


class LessonResponse(LessonBrief):
    course_id: UUID
    week_id: UUID
    week: int = Field(description="The number of its week.")
    body: str = Field(description="Markdown.")
    removed_at: datetime | None = Field(
        description="Since when newer content of the course does without it."
    )
    updated_at: datetime
    version: int


class WeekBrief(Answer):
    id: UUID
    course_id: UUID
    number: int
    title: str
    focus: str
    milestone: str
    check_in: str = Field(description="What to reflect on at its end.")
    boss: WeekBoss | None
    lessons: list[LessonBrief]


class WeekResponse(WeekBrief):
    version: int


class LessonOfMine(LessonBrief):
    done_on: date | None = Field(description="The local day it was done.")


class WeekOfMine(WeekBrief):
    done: int
    total: int
    lessons: list[LessonOfMine]  # type: ignore[assignment]  # more is told of each


class WeekPage(Answer):
    items: list[WeekOfMine]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class CourseBrief(Answer):
    id: UUID
    slug: str
    title: str
    description: str
    language: str
    revision: int = Field(description="The version its author gave it.")
    created_at: datetime
    updated_at: datetime
    version: int


class CourseOfMine(CourseBrief):
    weeks: int
    lessons: int
    enrolment: State | None = Field(description="Null for a course one never took.")


class CoursePage(Answer):
    items: list[CourseOfMine]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class CourseResponse(CourseBrief):
    weeks: list[WeekBrief]


class EnrolmentRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"starts_on": "2026-12-01", "skip_weekdays": [6, 7]}]}
    )

    starts_on: IsoDate | None = Field(
        None, description="The day of the first lesson; today if absent."
    )
    skip_weekdays: Annotated[list[Weekday], Field(max_length=6)] = Field(
        default_factory=list,
        description="ISO weekdays without a lesson, 1 for Monday; at least one day is left.",
    )


class EnrolmentResponse(Answer):
    id: UUID
    user_id: UUID
    course_id: UUID
    project_id: UUID | None = Field(description="Where the tasks of the lessons are.")
    starts_on: date
    skipped_weekdays: list[int]
    state: State
    planned: int = Field(description="How many lessons became tasks.")
    created_at: datetime
    updated_at: datetime
    version: int


class WeekShare(Answer):
    id: UUID
    number: int
    title: str
    done: int
    total: int


class NextLessonResponse(Answer):
    id: UUID
    code: str
    title: str
    day: int


class CourseProgressResponse(Answer):
    course_id: UUID
    slug: str
    title: str
    state: State
    starts_on: date
    finished_at: datetime | None
    project_id: UUID | None
    done: int
    total: int
    current_week: WeekShare | None = Field(
        description="The first week with a lesson that is not done."
    )
    next_lesson: NextLessonResponse | None


class ProgressResponse(Answer):
    xp: int
    level: int
    xp_to_next_level: int
    courses: list[CourseProgressResponse]


class DayOfLearningResponse(Answer):
    date: date
    lessons: int
    quizzes: int
    reviews: int


class CalendarResponse(Answer):
    start: date
    end: date
    days: list[DayOfLearningResponse] = Field(
        description="Oldest first; days on which nothing was learned are left out."
    )


class ReflectionCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "week_id": "019a9c3e-7a40-7000-8000-000000000001",
                    "text": "The filters changed my mornings.",
                }
            ]
        }
    )

    week_id: UUID
    text: Annotated[str, title(20_000)]


class ReflectionResponse(Answer):
    id: UUID
    user_id: UUID
    week_id: UUID
    text: str
    created_at: datetime
    updated_at: datetime
    version: int


class ReflectionPage(Answer):
    items: list[ReflectionResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class CourseImportRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "knots.yaml", "file": "slug: knots\nversion: 1\ntitle: Knots\nweeks: []\n"}
            ]
        }
    )

    name: FileName = Field(
        "course.yaml", description="Named in what is wrong with it; one that ends in .json is JSON."
    )
    file: Annotated[str, text(1, LONGEST)] = Field(description="The course as YAML or JSON.")


class CourseImportResponse(Answer):
    course_id: UUID
    slug: str
    title: str
    change: Literal["new", "changed", "unchanged"]
    lessons: int
    questions: int
    learners: int = Field(
        description="How many take the course and find what changed among their tasks soon after this answer."
    )


class QuestionImportRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"format": "gift", "file": "::Oslo:: Where is Oslo? {=Norway ~Peru}"}]
        }
    )

    format: Literal["gift", "csv"]
    name: FileName = Field("questions", description="Named in what is wrong with it.")
    file: Annotated[str, text(1, 1_000_000)]


class QuestionImportResponse(Answer):
    lesson_id: UUID
    added: int
    unchanged: int = Field(description="Questions the lesson has already.")
