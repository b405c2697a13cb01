"""What a receipt tells of the game and the school, on the wire. Tasks, quizzes, reviews and previews answer with it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer


class Blow(Answer):
    """What a deed does to the boss one faces."""

    name: str
    damage: int = Field(description="Negative where it is given back.")
    hp_left: int
    defeated: bool
    bonus_xp: int | None = Field(None, description="Only when it is defeated.")
    risen: bool = Field(False, description="It had fallen, and stands again.")


class Advance(Answer):
    """An objective that comes nearer."""

    code: str
    title: str
    progress: int
    target: int
    completed: bool
    objective: str | None = Field(None, description="Of a quest: which of its objectives.")


class BadgeName(Answer):
    code: str
    title: str


class LessonStep(Answer):
    """A lesson that was done, and how far its course has come with it."""

    id: UUID
    code: str
    title: str
    course: str = Field(description="The course's slug.")
    done: int
    total: int
    week_completed: bool
    course_completed: bool


class Kept(Answer):
    """What stays although the completion that brought it is taken back: later things were built on it."""

    kind: Literal["boss", "quest", "challenge"]
    code: str | None
    xp: int
