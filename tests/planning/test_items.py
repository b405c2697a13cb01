"""Items: capturing, finding and changing them."""

import asyncio

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core.db import Database
from questlog.core.exceptions import PreconditionFailedError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest
from questlog.planning import items
from questlog.planning.items import ItemFilter, ItemNotFoundError
from questlog.planning.models import Item
from questlog.planning.ownership import NotYoursError
from tests.support.make import Make, Person


async def found(database: Database, user: Person, q: str | None = None) -> list[str]:
    page = await database.read(items.page, user.id, ItemFilter(q=q), PageRequest())
    return [row["title"] for row in page.items]


async def test_items_are_listed_newest_first(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    await make.item(other)
    for title in ("One", "Two", "Three"):
        await database.write(items.create, user.id, title)

    first = await database.read(items.page, user.id, ItemFilter(), PageRequest(limit=2))
    rest = await database.read(
        items.page, user.id, ItemFilter(), PageRequest(limit=2, cursor=first.next_cursor)
    )

    assert [row["title"] for row in (*first.items, *rest.items)] == ["Three", "Two", "One"]
    assert rest.next_cursor is None


async def test_a_search_ignores_letter_case_in_every_alphabet(
    database: Database, make: Make
) -> None:
    user = await make.user()
    await database.write(items.create, user.id, "Статья о СНЕ")
    await database.write(items.create, user.id, "Else", description="ÜBER Schlaf")

    assert await found(database, user, "сне") == ["Статья о СНЕ"]
    assert await found(database, user, "über") == ["Else"]
    assert await found(database, user, "e\nÜ") == ["Else"]


@pytest.mark.parametrize("literal", ["%", "_", "\\", "/", "'", '" OR 1=1 --', "[a-z]", "*"])
async def test_s103_a_search_takes_every_character_as_it_stands(
    database: Database, make: Make, literal: str
) -> None:
    user = await make.user()
    await database.write(items.create, user.id, f"before {literal} after")
    await database.write(items.create, user.id, "before x after")

    assert await found(database, user, literal) == [f"before {literal} after"]


async def test_active_items_can_be_asked_for(database: Database, make: Make) -> None:
    user = await make.user()
    await database.write(items.create, user.id, "Active")
    await database.write(items.create, user.id, "Settled", is_active=False)

    for is_active, titles in ((True, ["Active"]), (False, ["Settled"])):
        wanted = ItemFilter(is_active=is_active)
        page = await database.read(items.page, user.id, wanted, PageRequest())
        assert [row["title"] for row in page.items] == titles


async def test_a_changed_item_is_found_by_its_new_words(database: Database, make: Make) -> None:
    user = await make.user()
    item = await database.write(items.create, user.id, "Old", description="words")

    changed = await database.write(
        items.change, user.id, item.id, {"title": "New", "description": None}
    )

    assert (changed.version, changed.description) == (2, None)
    assert (await found(database, user, "new"), await found(database, user, "words")) == (
        ["New"],
        [],
    )


async def test_of_two_changes_to_one_version_one_is_refused(database: Database, make: Make) -> None:
    user = await make.user()
    item = await make.item(user)

    outcomes = await asyncio.gather(
        *(
            database.write(items.change, user.id, item.id, {"title": title}, expected_version=1)
            for title in ("One", "Two")
        ),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "Item",
        PreconditionFailedError.__name__,
    ]


async def test_a_deleted_item_is_gone_and_told(database: Database, make: Make) -> None:
    user = await make.user()
    item = await make.item(user)

    await database.write(items.delete, user.id, item.id)

    with pytest.raises(ItemNotFoundError):
        await database.read(items.get, user.id, item.id)
    async with database.reader() as session:
        assert (await session.scalars(select(Item).where(Item.user_id == user.id))).all() == []
        [event] = await session.scalars(select(Event).where(Event.user_id == user.id))
    assert (event.type, event.payload) == ("item.deleted", {"title": item.title})


async def test_s078_a_foreign_item_is_forbidden_and_a_missing_one_not_found(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    item = await make.item(owner)

    for verb, arguments in (
        (items.get, ()),
        (items.change, ({"title": "Mine"},)),
        (items.delete, ()),
    ):
        with pytest.raises(NotYoursError):
            await database.write(verb, other.id, item.id, *arguments)
        with pytest.raises(ItemNotFoundError):
            await database.write(verb, other.id, new_id(), *arguments)

    assert await found(database, owner) == [item.title]
