"""What people call their projects, goals and labels: found by name, without regard to the case of letters."""

import unicodedata
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, select

from questlog.core.db import Session
from questlog.planning.models import Goal, Label, Project

type Titled = dict[str, tuple[UUID, str]]
"""From the folded title to the id and the title as its owner wrote it."""


def folded(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


async def projects(session: Session, user_id: UUID, names: Collection[str]) -> Titled:
    """Return the projects with these names that are not archived; of two with one name, the first in order."""
    return await _titled(session, Project, user_id, names, Project.archived_at.is_(None))


async def goals(session: Session, user_id: UUID, names: Collection[str]) -> Titled:
    """Return the goals with these names that are not completed; of two with one name, the first in order."""
    return await _titled(session, Goal, user_id, names, Goal.completed_at.is_(None))


async def labels(session: Session, user_id: UUID, wanted: Collection[str]) -> dict[str, str]:
    """Return the names of the labels whose folded names (`labels.fold`) are wanted."""
    if not wanted:
        return {}
    mine = (Label.user_id == user_id, Label.folded.in_(wanted))
    found = await session.execute(select(Label.folded, Label.name).where(*mine))
    return {row.folded: row.name for row in found}


async def _titled(
    session: Session,
    model: type[Project | Goal],
    user_id: UUID,
    names: Collection[str],
    is_open: ColumnElement[bool],
) -> Titled:
    """Titles are compared here, not by the database: SQLite knows no letters beyond ASCII."""
    wanted = {folded(name) for name in names}
    if not wanted:
        return {}
    mine = (model.user_id == user_id, model.deleted_at.is_(None), is_open)
    found = await session.execute(
        select(model.id, model.title).where(*mine).order_by(model.position.desc(), model.id.desc())
    )
    titles = {folded(row.title): (row.id, row.title) for row in found}
    return {name: titles[name] for name in wanted & titles.keys()}
