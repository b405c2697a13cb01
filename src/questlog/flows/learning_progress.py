"""How far somebody has come, in their courses and in the game."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from questlog.core.db import Session
from questlog.game import levels, turns
from questlog.learning import progress
from questlog.learning.progress import CourseProgress


@dataclass(frozen=True)
class Progress:
    xp: int
    level: int
    xp_to_next_level: int
    courses: Sequence[CourseProgress]


async def learning_progress(session: Session, user_id: UUID, *, timezone: str) -> Progress:
    turn = await turns.look(session, user_id, timezone=timezone)
    xp: int = turn.player["xp"]
    courses = await progress.of_user(session, user_id)
    return Progress(xp, levels.level_of(xp), levels.xp_to_next_level(xp), courses)
