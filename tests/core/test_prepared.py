from uuid import UUID

from sqlalchemy import Select, select

from questlog.core.db import Database
from questlog.core.prepared import prepared
from questlog.planning.models import Label
from tests.support.make import Make

built: list[str] = []


@prepared
def names_of(user_id: UUID, name: str) -> Select[str]:
    built.append(name)
    return select(Label.name).where(Label.user_id == user_id, Label.name != name)


async def test_a_statement_is_built_once_and_takes_its_values_each_time(
    database: Database, make: Make
) -> None:
    one, other = await make.user(), await make.user()
    await make.label(one, name="home")
    await make.label(other, name="work")
    built.clear()

    async with database.reader() as session:
        first = (await session.scalars(*names_of(one.id, "x"))).all()
        second = (await session.scalars(*names_of(other.id, name="work"))).all()

    assert (first, second) == (["home"], [])
    assert len(built) <= 1
