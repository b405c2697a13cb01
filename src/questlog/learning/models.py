"""The school's tables: what is taught, to everybody alike, and how far each one has come."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment


def _owner(*, is_key: bool = False) -> Mapped[UUID]:
    return mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=is_key)


def _part_of(table: str) -> Mapped[UUID]:
    return mapped_column(Id, ForeignKey(f"{table}.id", ondelete="CASCADE"))


class Course(Base):
    """A course as it was last imported. `digest` names the very content, so that the same file changes nothing."""

    __tablename__ = "courses"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    """The version its author gave it."""
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)


class Week(Base):
    __tablename__ = "weeks"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    course_id: Mapped[UUID] = _part_of("courses")
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    focus: Mapped[str] = mapped_column(Text)
    milestone: Mapped[str] = mapped_column(Text)
    check_in: Mapped[str] = mapped_column(Text)
    boss_name: Mapped[str | None] = mapped_column(String(200))
    boss_story: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (UniqueConstraint("course_id", "number"),)


class Lesson(Base):
    """One day of a week. A lesson that a newer content no longer has is marked, so that what was learned stays."""

    __tablename__ = "lessons"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    course_id: Mapped[UUID] = _part_of("courses")
    week_id: Mapped[UUID] = _part_of("weeks")
    code: Mapped[str] = mapped_column(String(40))
    day: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    xp_reward: Mapped[int]
    difficulty: Mapped[str] = mapped_column(String(16))
    minutes: Mapped[int]
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (
        UniqueConstraint("course_id", "code"),
        CheckConstraint("kind IN ('lesson', 'practice', 'review', 'capstone')", name="kind_known"),
        CheckConstraint(
            "difficulty IN ('trivial', 'normal', 'hard', 'boss')", name="difficulty_known"
        ),
        CheckConstraint("day BETWEEN 1 AND 7", name="day_of_a_week"),
        CheckConstraint("xp_reward BETWEEN 0 AND 1000", name="reward_bounded"),
        Index("ix_lessons_week", "week_id", "day"),
    )


class Question(Base):
    """A question of a lesson's quiz. `given` is what the learner sees with the stem, `answer` what is right."""

    __tablename__ = "questions"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    lesson_id: Mapped[UUID] = _part_of("lessons")
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(80))
    difficulty: Mapped[int]
    stem: Mapped[str] = mapped_column(Text)
    given: Mapped[dict[str, Any]] = mapped_column(Json)
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    explanation: Mapped[str] = mapped_column(Text)
    see: Mapped[str | None] = mapped_column(String(200))
    """The heading of the lesson where the explanation points."""
    position: Mapped[float] = mapped_column(Float(53))
    origin: Mapped[str] = mapped_column(String(8), server_default="file")
    """`file` for those an import brought, `admin` for those added here: an import leaves these alone."""
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (
        UniqueConstraint("lesson_id", "code"),
        CheckConstraint(
            "kind IN ('mcq', 'multi', 'true_false', 'numeric', 'short_text', 'ordering', 'matching', 'cloze')",
            name="kind_known",
        ),
        CheckConstraint("origin IN ('file', 'admin')", name="origin_known"),
        CheckConstraint("difficulty BETWEEN 1 AND 3", name="difficulty_bounded"),
        Index("ix_questions_order", "lesson_id", "position", "id"),
    )


class Enrolment(Base):
    """Somebody who takes a course, with the project their lessons were planned in."""

    __tablename__ = "enrolments"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    course_id: Mapped[UUID] = _part_of("courses")
    project_id: Mapped[UUID | None] = mapped_column(Id)
    starts_on: Mapped[date] = mapped_column(Date)
    skipped_weekdays: Mapped[list[int]] = mapped_column(Json)
    """ISO weekdays without a lesson, 1 for Monday."""
    state: Mapped[str] = mapped_column(String(16))
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "course_id"),
        CheckConstraint("state IN ('active', 'finished', 'left')", name="state_known"),
        Index("ix_enrolments_course", "course_id", "state"),
    )


class LessonCompletion(Base):
    """A lesson somebody has done. It goes again when the completion that brought it is taken back."""

    __tablename__ = "lesson_completions"

    user_id: Mapped[UUID] = _owner(is_key=True)
    lesson_id: Mapped[UUID] = mapped_column(
        Id, ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True
    )
    cause_id: Mapped[UUID] = mapped_column(Id)
    """The occurrence or attempt that did it, as in the ledger."""
    via: Mapped[str] = mapped_column(String(8))
    local_day: Mapped[date] = mapped_column(Date)
    completed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        CheckConstraint("via IN ('task', 'quiz')", name="via_known"),
        Index("ix_lesson_completions_day", "user_id", "local_day"),
    )


class QuizAttempt(Base):
    """One submission, graded. `answers` keeps each question as it was answered, with what was right then."""

    __tablename__ = "quiz_attempts"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    lesson_id: Mapped[UUID] = _part_of("lessons")
    number: Mapped[int]
    answers: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    correct: Mapped[int]
    total: Mapped[int]
    passed: Mapped[bool]
    xp: Mapped[int] = mapped_column(server_default=sql("0"), default=0)
    local_day: Mapped[date] = mapped_column(Date)
    submitted_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "lesson_id", "number"),
        CheckConstraint("correct BETWEEN 0 AND total", name="correct_bounded"),
        Index("ix_quiz_attempts_newest", "user_id", "submitted_at"),
    )


class ReviewCard(Base):
    """A question to come back to. `memory` is what the scheduler keeps of it (FSRS: stability, difficulty, step)."""

    __tablename__ = "review_cards"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    question_id: Mapped[UUID] = _part_of("questions")
    memory: Mapped[dict[str, Any]] = mapped_column(Json)
    due_at: Mapped[datetime] = mapped_column(Moment)
    reviews: Mapped[int] = mapped_column(server_default=sql("0"), default=0)
    lapses: Mapped[int] = mapped_column(server_default=sql("0"), default=0)
    last_reviewed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "question_id"),
        Index("ix_review_cards_due", "user_id", "due_at", "id"),
    )


class Review(Base):
    """One answer to a card."""

    __tablename__ = "reviews"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    card_id: Mapped[UUID] = mapped_column(Id)
    rating: Mapped[int]
    """1 again, 2 hard, 3 good, 4 easy."""
    is_correct: Mapped[bool | None]
    """As the server graded it; null where the user rated alone."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    local_day: Mapped[date] = mapped_column(Date)
    reviewed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(["user_id", "card_id"], ["review_cards.user_id", "review_cards.id"]),
        CheckConstraint("rating BETWEEN 1 AND 4", name="rating_known"),
        Index("ix_reviews_card", "user_id", "card_id", "reviewed_at"),
        Index("ix_reviews_day", "user_id", "local_day"),
    )


class Reflection(Base):
    """What somebody wrote at the end of a week."""

    __tablename__ = "reflections"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    week_id: Mapped[UUID] = _part_of("weeks")
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=sql("1"), default=1)

    __table_args__ = (UniqueConstraint("user_id", "id"), UniqueConstraint("user_id", "week_id"))
