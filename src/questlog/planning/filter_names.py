"""Which names of a filter are names of nothing the user has."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, String, exists, literal, or_, select

from questlog.core.db import Session
from questlog.planning.filters import named
from questlog.planning.filters.named import like, same
from questlog.planning.filters.shapes import folded_name
from questlog.planning.filters.tree import Name

SOURCES = {
    "label": (named.labels_named,),
    "project": (named.projects_named,),
    "course": (named.projects_named,),
    "goal": (named.goals_named,),
    "branch": (named.projects_named, named.goals_named),
}


async def unknown(session: Session, user_id: UUID, names: Sequence[Name]) -> list[Name]:
    """Return the names that match nothing of the user's, in one statement; none without names."""
    if not names:
        return []
    asked = [_is_known(name).label(f"known_{number}") for number, name in enumerate(names)]
    row = (await session.execute(select(*asked), {"user_id": user_id})).one()
    return [name for name, is_known in zip(names, row, strict=True) if not is_known]


def _is_known(name: Name) -> ColumnElement[bool]:
    compare = same if len(name.parts) == 1 else like
    value = literal(folded_name(name), String)
    return or_(*(exists(source(compare, value)) for source in SOURCES[name.field]))
