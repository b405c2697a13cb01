"""Items: quick captures that are no tasks yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy import delete as delete_rows

from questlog.automation import events
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import images, ownership
from questlog.planning.images import Image
from questlog.planning.lists import WireRow, page_of
from questlog.planning.models import Item
from questlog.planning.search import index

WIRE: tuple[Any, ...] = (
    Item.id,
    Item.user_id,
    Item.title,
    Item.description,
    Item.url,
    Item.is_active,
    Item.task_id,
    Item.created_at,
    Item.updated_at,
    Item.version,
)
SEARCHED = ("title", "description")
NEWEST_FIRST = (
    SortKey(Item.__table__.c.created_at, descending=True),
    SortKey(Item.__table__.c.id, descending=True),
)


class ItemNotFoundError(NotFoundError):
    code = "item_not_found"
    default_message = "There is no such item."


@dataclass(frozen=True)
class ItemFilter:
    """`q` is looked for in title and description, letter by letter but for their case."""

    q: str | None = None
    is_active: bool | None = None


async def create(
    session: Session,
    user_id: UUID,
    title: str,
    *,
    description: str | None = None,
    url: str | None = None,
    is_active: bool = True,
) -> Item:
    now = clock.now()
    item = Item(
        id=new_id(),
        user_id=user_id,
        title=title,
        description=description,
        url=url,
        search_text=searchable(title, description),
        is_active=is_active,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(item)
    await session.flush()
    await index.add(session, "item", [vars(item)])
    _record(session, item, "item.created")
    return item


async def get(session: Session, user_id: UUID, item_id: UUID) -> Item:
    """Raises `ItemNotFoundError`, `NotYoursError`."""
    return await ownership.find(session, Item, user_id, item_id, missing=ItemNotFoundError)


async def page(
    session: Session, user_id: UUID, wanted: ItemFilter, request: PageRequest
) -> Slice[WireRow]:
    """Return the user's items, newest first."""
    return await page_of(session, items_of(user_id, wanted), NEWEST_FIRST, request)


def items_of(user_id: UUID, wanted: ItemFilter) -> Select[Any]:
    statement = select(*WIRE).where(Item.user_id == user_id)
    if wanted.q is not None:
        looked_for = wanted.q.casefold()
        statement = statement.where(Item.search_text.contains(looked_for, autoescape=True))
    if wanted.is_active is not None:
        statement = statement.where(Item.is_active.is_(wanted.is_active))
    return statement


async def claim(
    session: Session, user_id: UUID, item_id: UUID, *, expected_version: int | None = None
) -> Item:
    """Return an item locked until the commit. Raises `ItemNotFoundError`, `NotYoursError`."""
    return await ownership.claim(
        session,
        Item,
        user_id,
        item_id,
        missing=ItemNotFoundError,
        expected_version=expected_version,
    )


async def change(
    session: Session,
    user_id: UUID,
    item_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Item:
    """Set the fields named in `changes`; what is as it was leaves no trace.

    Raises `ItemNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    item = await claim(session, user_id, item_id, expected_version=expected_version)
    changed = {name: value for name, value in changes.items() if getattr(item, name) != value}
    if changed:
        before = _write(item, changed)
        if index.INDEXED & changed.keys():
            await index.change(session, [vars(item)])
        _record(session, item, "item.updated", before=before, changed=sorted(changed))
    return item


def became_task(session: Session, item: Item, task_id: UUID) -> None:
    """Note which task a claimed item turned into; it is no open thought any more."""
    item_before = _write(item, {"task_id": task_id, "is_active": False})
    _record(
        session,
        item,
        "item.converted",
        before=images.together(item_before, images.made("task", [task_id])),
        touched=[("task", task_id, 1)],
        task_id=str(task_id),
    )


async def forget_tasks(session: Session, task_ids: Sequence[UUID]) -> None:
    """Take tasks that go for good off the items that became them, whoever they belong to."""
    became = select(Item).where(Item.task_id.in_(task_ids)).order_by(Item.id).with_for_update()
    for item in (await session.scalars(became)).all():
        _write(item, {"task_id": None})
        _record(session, item, "item.updated", changed=["task_id"])
    await session.flush()


async def delete(
    session: Session, user_id: UUID, item_id: UUID, *, expected_version: int | None = None
) -> None:
    """Delete an item for good; a task it became stays.

    Raises `ItemNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    item = await claim(session, user_id, item_id, expected_version=expected_version)
    mine = (Item.user_id == user_id, Item.id == item_id)
    await session.execute(delete_rows(Item).where(*mine))
    await index.remove(session, [item_id])
    row = {column.name: getattr(item, column.name) for column in Item.__table__.c}
    _record(session, item, "item.deleted", before=images.gone("item", [row]))


def searchable(title: str, description: str | None) -> str:
    """Return what a search compares, alike on both engines: neither folds every alphabet by itself."""
    return f"{title}\n{description or ''}".casefold()


def _write(item: Item, changed: Mapping[str, Any]) -> Image:
    """Return what was replaced."""
    new = {**changed}
    if changed.keys() & {"title", "description"}:
        title, description = (new.get(name, getattr(item, name)) for name in SEARCHED)
        new["search_text"] = searchable(title, description)
    old = {name: getattr(item, name) for name in new}
    for name, value in new.items():
        setattr(item, name, value)
    item.updated_at = clock.now()
    item.version += 1
    return images.was("item", [item.id], old)


def _record(
    session: Session,
    item: Item,
    type_: str,
    *,
    before: Image | None = None,
    touched: Sequence[Touched] = (),
    **facts: Any,
) -> None:
    events.record(
        session,
        item.user_id,
        type_,
        ("item", item.id),
        payload={"title": item.title, **facts},
        touched=[("item", item.id, item.version), *touched],
        before=before,
    )
