"""How many hearts there are is the operator's to say (GAME_HEARTS_MAX)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from questlog.core.db import Database
from questlog.flows.sign_up import sign_up
from questlog.game import content, recompute, state
from questlog.game.adjustments import adjust
from questlog.main import open_database
from tests.support import world


@pytest.fixture(autouse=True)
def five_hearts_afterwards() -> Iterator[None]:
    yield
    content.play_with(hearts_max=5)


async def test_new_players_have_as_many_as_the_setting_says(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    three = open_database(world.settings(database_address, tmp_path, GAME_HEARTS_MAX="3"))

    user = await three.write(sign_up, "ada@example.org")

    seen = await three.read(state.load, user.id, timezone="UTC")
    await three.close()
    assert (seen["hearts"], seen["hearts_max"]) == (3, 3)


async def test_a_change_is_brought_to_everybody_by_counting_anew(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    user = await database.write(sign_up, "ada@example.org")
    await database.write(adjust, user.id, {"hearts": -1}, reason="for a test", timezone="UTC")
    three = open_database(world.settings(database_address, tmp_path, GAME_HEARTS_MAX="3"))

    before = await three.read(state.load, user.id, timezone="UTC")
    await three.write(recompute.repair, user.id)

    after = await three.read(state.load, user.id, timezone="UTC")
    await three.close()
    assert (before["hearts"], after["hearts"], after["hearts_max"]) == (3, 2, 3)
