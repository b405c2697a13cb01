from datetime import timedelta

from httpx2 import AsyncClient

from questlog.core import clock
from questlog.core.db import Database
from questlog.planning.models import Project, Task
from questlog.worker.purging import empty_the_trash
from tests.support.invariants import check_invariants
from tests.support.make import Make
from tests.support.sql import count_rows


async def test_the_trash_is_emptied_after_thirty_days(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    old, recent = clock.now() - timedelta(days=31), clock.now() - timedelta(days=29)
    project = await make.project(user, deleted_at=old)
    parent = await make.task(user, deleted_at=old, project_id=project.id)
    await make.task(user, deleted_at=old, parent_task_id=parent.id, project_id=project.id, depth=2)
    await make.task(user, title="Thrown away lately", deleted_at=recent)
    kept = await make.task(user, title="Alive")

    gone = await empty_the_trash(database)
    again = await empty_the_trash(database)

    assert (gone, again) == (3, 0)
    assert await count_rows(database, Task) == 2
    assert await count_rows(database, Project) == 0
    assert (await client.get(f"/tasks/{kept.id}", headers=user.headers)).status_code == 200
    await check_invariants(database)
