"""A rule that counts from completion keeps doing so on its way through files."""

from questlog.core.db import Database
from tests.support import accounts
from tests.support.lists import bring, the_task
from tests.support.make import Make
from tests.support.planner import planner

TODOIST = (
    "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,"
    "DURATION_UNIT,DEADLINE,DEADLINE_LANG\n"
    "task,Water the ferns,,4,1,Ida (48151),,every! 3 days,en,Europe/Berlin,,,,\n"
)


async def test_todoists_every_from_completion_stays_from_completion(
    database: Database, make: Make
) -> None:
    user = await make.user()

    await bring(database, user, TODOIST, format="todoist")

    task = await the_task(database, user)
    assert (task.rule, task.rule_from_completion) == ("FREQ=DAILY;INTERVAL=3", True)
    assert task.rule_words == "every! 3 days"


async def test_an_export_read_back_counts_from_completion(database: Database, make: Make) -> None:
    me, other = await planner(database, make), await make.user()
    series = await me.add(due_date="2026-11-23", recurrence="каждые! 3 дня", title="Ferns")

    found = await accounts.document(database, me.user)
    await accounts.bring(database, other, found)

    task = await the_task(database, other)
    assert task.rule_from_completion is True
    assert (task.rule, task.rule_words) == (series["rule"], "каждые! 3 дня")
