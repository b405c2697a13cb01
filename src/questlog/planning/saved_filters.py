"""Filters that people keep under a name. A name is taken whatever the case of its letters."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete as delete_rows
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import AlreadyExistsError, NotFoundError, UnknownReferenceError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import images, ownership, positions, references
from questlog.planning.filter_models import SavedFilter
from questlog.planning.filters import FilterSyntaxError, parse
from questlog.planning.images import Image
from questlog.planning.labels import fold
from questlog.planning.lists import WireRow, page_of
from questlog.planning.positions import Neighbour

DEFAULT_COLOR = "#0ea5e9"
FILTERS = SavedFilter.__table__
WIRE: tuple[Any, ...] = tuple(column for column in FILTERS.c if column.name != "folded")
ORDER = (SortKey(FILTERS.c.position), SortKey(FILTERS.c.id))


class FilterNotFoundError(NotFoundError):
    code = "filter_not_found"
    default_message = "There is no such filter."


class FilterExistsError(AlreadyExistsError):
    code = "filter_exists"
    default_message = "You have a filter named {name} already."


async def create(
    session: Session,
    user_id: UUID,
    name: str,
    query: str,
    *,
    color: str = DEFAULT_COLOR,
    position: float | None = None,
) -> SavedFilter:
    """Keep a filter, by default behind the others. Raises `FilterSyntaxError`, `FilterExistsError`."""
    check(query)
    if position is None:
        position = await positions.last(session, SavedFilter, user_id)
    now = clock.now()
    kept = SavedFilter(
        id=new_id(),
        user_id=user_id,
        name=name,
        folded=fold(name),
        query=query,
        color=color,
        position=position,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(kept)
    await _flush(session, name)
    _record(session, kept, "filter.created", before=images.made("filter", [kept.id]))
    return kept


def check(query: str) -> None:
    """Raise `FilterSyntaxError` for what could not be used later."""
    try:
        parse(query)
    except FilterSyntaxError as error:
        raise FilterSyntaxError(error.message, error.details, pointer="/body/query") from error


async def _flush(session: Session, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise FilterExistsError(details={"name": name}, pointer="/body/name") from error


async def get(session: Session, user_id: UUID, filter_id: UUID) -> SavedFilter:
    """Raises `FilterNotFoundError`, `NotYoursError`."""
    return await ownership.find(
        session, SavedFilter, user_id, filter_id, missing=FilterNotFoundError
    )


async def query_of(session: Session, user_id: UUID, filter_id: UUID, *, pointer: str) -> str:
    """Return the expression of a filter that an address names. Raises `UnknownReferenceError` at `pointer`."""
    mine = (FILTERS.c.id == filter_id, FILTERS.c.user_id == user_id)
    query: str | None = await session.scalar(select(FILTERS.c.query).where(*mine))
    if query is None:
        raise UnknownReferenceError(pointer=pointer)
    return query


async def page(session: Session, user_id: UUID, request: PageRequest) -> Slice[WireRow]:
    """Return the user's filters in their order."""
    mine = select(*WIRE).where(FILTERS.c.user_id == user_id)
    return await page_of(session, mine, ORDER, request)


async def change(
    session: Session,
    user_id: UUID,
    filter_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> SavedFilter:
    """Set the fields named in `changes`; what is as it was leaves no trace.

    Raises `FilterNotFoundError`, `NotYoursError`, `PreconditionFailedError`, `FilterExistsError`, `FilterSyntaxError`.
    """
    kept = await _claim(session, user_id, filter_id, expected_version)
    changed = {name: value for name, value in changes.items() if getattr(kept, name) != value}
    if "query" in changed:
        check(changed["query"])
    if not changed:
        return kept
    before = _write(kept, changed)
    await _flush(session, kept.name)
    _record(session, kept, "filter.updated", before=before, changed=sorted(changed))
    return kept


async def place(
    session: Session,
    user_id: UUID,
    filter_id: UUID,
    neighbour: Neighbour,
    *,
    expected_version: int | None = None,
) -> SavedFilter:
    """Put a filter right before or after another one.

    Raises `UnknownReferenceError` for either that is none of the user's, `BesideItselfError`.
    """
    kept = await references.claim(
        session,
        SavedFilter,
        user_id,
        filter_id,
        pointer="/body/id",
        expected_version=expected_version,
    )
    found = await positions.beside(session, SavedFilter, user_id, filter_id, neighbour)
    before = images.together(
        _write(kept, {"position": found.position}), images.positions("filter", found.before)
    )
    touched = [("filter", id_, version) for id_, version in found.renumbered]
    _record(session, kept, "filter.updated", touched=touched, before=before, changed=["position"])
    return kept


async def delete(
    session: Session, user_id: UUID, filter_id: UUID, *, expected_version: int | None = None
) -> None:
    """Delete a filter for good. Raises `FilterNotFoundError`, `NotYoursError`, `PreconditionFailedError`."""
    kept = await _claim(session, user_id, filter_id, expected_version, for_good=True)
    row = {column.name: getattr(kept, column.name) for column in FILTERS.c}
    mine = (SavedFilter.user_id == user_id, SavedFilter.id == filter_id)
    await session.execute(delete_rows(SavedFilter).where(*mine))
    _record(session, kept, "filter.deleted", before=images.gone("filter", [row]))


async def _claim(
    session: Session,
    user_id: UUID,
    filter_id: UUID,
    expected_version: int | None,
    *,
    for_good: bool = False,
) -> SavedFilter:
    return await ownership.claim(
        session,
        SavedFilter,
        user_id,
        filter_id,
        missing=FilterNotFoundError,
        expected_version=expected_version,
        for_good=for_good,
    )


def _write(kept: SavedFilter, changed: Mapping[str, Any]) -> Image:
    """Return what was replaced."""
    if "name" in changed:
        changed = {**changed, "folded": fold(changed["name"])}
    before = images.was("filter", [kept.id], {name: getattr(kept, name) for name in changed})
    for name, value in changed.items():
        setattr(kept, name, value)
    kept.updated_at = clock.now()
    kept.version += 1
    return before


def _record(
    session: Session,
    kept: SavedFilter,
    type_: str,
    *,
    touched: list[Touched] | None = None,
    before: Image | None = None,
    **facts: Any,
) -> None:
    events.record(
        session,
        kept.user_id,
        type_,
        ("filter", kept.id),
        payload={"name": kept.name, **facts},
        touched=[("filter", kept.id, kept.version), *(touched or [])],
        before=before,
    )
