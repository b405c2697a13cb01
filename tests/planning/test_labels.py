"""Labels: their names, and the tasks that wear them."""

import asyncio

import pytest
from sqlalchemy import select

from questlog.automation.models import Event
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest
from questlog.planning import labels, tasks
from questlog.planning.labels import (
    LONGEST_FOLDED,
    LabelExistsError,
    LabelNameError,
    LabelNotFoundError,
    fold,
)
from questlog.planning.models import Label
from questlog.planning.ownership import NotYoursError
from questlog.planning.queries import TaskFilter
from questlog.planning.task_schemas import TaskCreate
from tests.support.make import Make, Person


async def names(database: Database, user: Person) -> list[str]:
    page = await database.read(labels.page, user.id, PageRequest())
    return [row["name"] for row in page.items]


async def labels_of_tasks(database: Database, user: Person) -> list[str | None]:
    wanted, today = TaskFilter(), clock.today("UTC")
    page = await database.read(tasks.page, user.id, wanted, PageRequest(), today=today)
    return [row["labels"] for row in page.items]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Home", "hOME"), ("ДОМ", "дом"), ("straße", "STRASSE"), ("file", "ﬁle"), ("Å", "Å")],
)
def test_names_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_name_that_unfolds_into_too_much_is_refused() -> None:
    assert len(fold("x" * 100)) <= LONGEST_FOLDED

    with pytest.raises(LabelNameError):
        fold("\ufdfa" * 100)


async def test_a_name_is_taken_in_every_letter_case(database: Database, make: Make) -> None:
    user, other = await make.user(), await make.user()
    await database.write(labels.create, user.id, "Дом")

    with pytest.raises(LabelExistsError) as refused:
        await database.write(labels.create, user.id, "дОМ")
    await database.write(labels.create, other.id, "дОМ")

    assert refused.value.pointer == "/body/name"
    assert (await names(database, user), await names(database, other)) == (["Дом"], ["дОМ"])


async def test_ten_makers_of_one_name_make_one_label(database: Database, make: Make) -> None:
    user = await make.user()

    outcomes = await asyncio.gather(
        *(database.write(labels.create, user.id, name) for name in ["Home", "HOME"] * 5),
        return_exceptions=True,
    )

    made = [outcome for outcome in outcomes if isinstance(outcome, Label)]
    assert len(made) == 1
    assert [type(outcome) for outcome in outcomes if outcome not in made] == [LabelExistsError] * 9


async def test_labels_are_listed_by_name_alike_on_both_engines(
    database: Database, make: Make
) -> None:
    user = await make.user()
    for name in ("Zoo", "apple", "ёж", "Äpfel", "_", "Ель"):
        await database.write(labels.create, user.id, name)

    assert await names(database, user) == ["_", "apple", "Zoo", "Äpfel", "Ель", "ёж"]


async def test_a_label_may_change_its_letter_case_but_not_take_a_name(
    database: Database, make: Make
) -> None:
    user = await make.user()
    home = await database.write(labels.create, user.id, "home")
    await database.write(labels.create, user.id, "work")

    renamed = await database.write(labels.change, user.id, home.id, {"name": "Home"})
    with pytest.raises(LabelExistsError):
        await database.write(labels.change, user.id, home.id, {"name": "Work"})

    assert (renamed.name, renamed.version) == ("Home", 2)
    assert await names(database, user) == ["Home", "work"]


async def test_two_renames_to_one_name_leave_one(database: Database, make: Make) -> None:
    user = await make.user()
    one = await database.write(labels.create, user.id, "one")
    two = await database.write(labels.create, user.id, "two")

    outcomes = await asyncio.gather(
        database.write(labels.change, user.id, one.id, {"name": "same"}),
        database.write(labels.change, user.id, two.id, {"name": "SAME"}),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Label", "LabelExistsError"]


async def test_a_renamed_label_changes_the_tasks_that_wear_it(
    database: Database, make: Make
) -> None:
    user = await make.user()
    wanted = TaskCreate(title="Sweep", labels=["home"])
    task = await database.write(tasks.create, user.id, wanted, timezone="UTC")
    async with database.reader() as session:
        label_id = await session.scalar(select(Label.id).where(Label.user_id == user.id))

    await database.write(labels.change, user.id, label_id, {"name": "house"})

    assert await labels_of_tasks(database, user) == ["house"]
    async with database.reader() as session:
        newest = select(Event).where(Event.user_id == user.id).order_by(Event.seq.desc())
        event = (await session.scalars(newest)).first()
    assert event is not None
    assert event.type == "label.updated"
    assert event.touched == [["label", str(label_id), 2], ["task", str(task["id"]), 2]]


async def test_a_deleted_label_is_taken_off_its_tasks(database: Database, make: Make) -> None:
    user = await make.user()
    wanted = TaskCreate(title="Sweep", labels=["home", "quick"])
    await database.write(tasks.create, user.id, wanted, timezone="UTC")
    async with database.reader() as session:
        label_id = await session.scalar(
            select(Label.id).where(Label.user_id == user.id, Label.folded == "home")
        )

    await database.write(labels.delete, user.id, label_id)

    assert await labels_of_tasks(database, user) == ["quick"]
    with pytest.raises(LabelNotFoundError):
        await database.read(labels.get, user.id, label_id)


async def test_a_label_deleted_while_tasks_put_it_on_is_gone_or_new(
    database: Database, make: Make
) -> None:
    user = await make.user()
    label = await database.write(labels.create, user.id, "home")

    wanted = TaskCreate(title="Sweep", labels=["home"])
    outcomes = await asyncio.gather(
        *(database.write(tasks.create, user.id, wanted, timezone="UTC") for _ in range(5)),
        database.write(labels.delete, user.id, label.id),
        *(database.write(tasks.create, user.id, wanted, timezone="UTC") for _ in range(5)),
        return_exceptions=True,
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert set(await labels_of_tasks(database, user)) <= {"home", "", None}


async def test_s078_a_foreign_label_is_forbidden_and_a_missing_one_not_found(
    database: Database, make: Make
) -> None:
    owner, other = await make.user(), await make.user()
    label = await make.label(owner)

    for verb, arguments in (
        (labels.get, ()),
        (labels.change, ({"name": "mine"},)),
        (labels.delete, ()),
    ):
        with pytest.raises(NotYoursError):
            await database.write(verb, other.id, label.id, *arguments)
        with pytest.raises(LabelNotFoundError):
            await database.write(verb, other.id, new_id(), *arguments)

    assert await names(database, owner) == [label.name]
