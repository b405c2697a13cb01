"""One completion that moves everything: how many statements it takes, and that it happens as a whole."""

from collections.abc import Mapping
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.flows.complete_task import complete_task
from tests.game.full_completion import home
from tests.support.make import Make
from tests.support.sql import count_statements

MOST = 12


@pytest.mark.parametrize("kind", ["own", "lesson"])
async def test_a_full_completion_costs_a_fixed_number_of_statements(
    database: Database, make: Make, kind: str
) -> None:
    user = await make.user()
    here = await home(database, user.id)
    tasks = [await here.task(is_lesson=kind == "lesson") for _ in range(3)]
    await database.write(complete_task, user.id, tasks[0], timezone="UTC")

    counts = []
    for task_id in tasks[1:]:
        with count_statements(database) as statements:
            change = await database.write(complete_task, user.id, task_id, timezone="UTC")
        counts.append(len(statements))
        assert moved_by(change.receipt) >= {"xp", "gold", "boss", "goals", "quests", "challenges"}

    assert len(set(counts)) == 1
    assert counts[0] <= MOST, "\n".join(statements)


def moved_by(receipt: Mapping[str, Any] | None) -> set[str]:
    return {name for name, value in (receipt or {}).items() if value}
