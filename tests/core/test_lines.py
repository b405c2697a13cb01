"""Many who change one player are served in the order in which they came, and nobody waits for ever."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from questlog.core import lines
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.game import turns
from tests.support.make import Make

CROWD = 12


class Unit:
    def __init__(self, found: lines.Lines) -> None:
        self.info: dict[Any, Any] = {}
        lines.open_to(self, found)


async def test_a_crowd_at_one_player_is_served_in_the_order_of_arrival(
    database: Database, make: Make
) -> None:
    user = await make.user()
    served: list[int] = []

    async def play(session: Session, number: int) -> None:
        turn = await turns.begin(session, user.id, timezone="UTC")
        served.append(number)
        turn.count({"tasks_completed": 1})
        await turns.finish(session, turn)

    for _ in range(3):
        await asyncio.gather(*(database.write(play, number) for number in range(CROWD)))

    assert served == [*range(CROWD)] * 3


async def test_who_fails_lets_the_next_one_go(database: Database, make: Make) -> None:
    user = await make.user()

    async def fail(session: Session) -> None:
        await turns.begin(session, user.id, timezone="UTC")
        raise LookupError

    async def play(session: Session) -> UUID:
        return (await turns.begin(session, user.id, timezone="UTC")).user_id

    async with asyncio.timeout(lines.PATIENCE_S):
        failed, played = await asyncio.gather(
            database.write(fail), database.write(play), return_exceptions=True
        )

    assert isinstance(failed, LookupError)
    assert played == user.id


async def test_who_has_stood_too_long_goes_on_to_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE_S", 0.02)
    found, owner = lines.Lines(), new_id()
    first, second = Unit(found), Unit(found)

    await lines.wait(first, owner)
    await lines.wait(second, owner)

    assert lines.PLACE in first.info
    assert lines.PLACE not in second.info


async def test_a_unit_stands_in_one_line_and_others_in_theirs() -> None:
    found, owner, other = lines.Lines(), new_id(), new_id()
    first, second = Unit(found), Unit(found)

    await lines.wait(first, owner)
    await lines.wait(first, other)
    await lines.wait(second, other)

    assert first.info[lines.PLACE] is found[owner]
    assert second.info[lines.PLACE] is found[other]


async def test_a_line_that_nobody_stands_in_is_forgotten() -> None:
    found, owner = lines.Lines(), new_id()
    unit = Unit(found)
    await lines.wait(unit, owner)

    lines.leave(unit)
    lines.leave(unit)

    assert not found
