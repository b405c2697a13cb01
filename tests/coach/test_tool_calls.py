"""What a model can do with its tools, and what it cannot, however it tries (S-124, S-125, S-126)."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from questlog.clients.language import ToolCall
from questlog.coach import allowed_tools, proposals
from questlog.coach.calling import MOST_ARGUMENT_BYTES, Tools
from questlog.coach.conversations import PROPOSALS
from questlog.coach.proposals import MOST_OPEN
from questlog.coach.toolbox import ToolResult, Who
from questlog.coach.tools import READING, TOOLS, WRITING
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.everything import rows_of
from tests.support.happened import happened
from tests.support.make import Make, Person

NAMES_OF_DANGER = ("user", "owner", "url", "sql", "query", "token", "secret", "scope", "session")


def as_(user: Person, *, locale: str = "en", **more: Any) -> Who:
    return Who(user.id, locale, user.timezone, **more)


async def call(database: Database, who: Who, name: str, arguments: Any = None) -> ToolResult:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, default=str)
    return await Tools(database).call(who, ToolCall("call-1", name, text))


async def kept(database: Database) -> list[dict[str, Any]]:
    async with database.reader() as session:
        found = await session.execute(select(PROPOSALS).order_by(PROPOSALS.c.id))
        return [dict(row._mapping) for row in found]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_s124_no_tool_takes_a_user_an_address_or_a_query(tool: Any) -> None:
    offered = tool.offered("en")

    fields = offered.parameters["properties"]

    assert not [name for name in fields for danger in NAMES_OF_DANGER if danger in name]
    assert offered.parameters["additionalProperties"] is False
    assert "$ref" not in json.dumps(offered.parameters)
    assert tool.offered("ru").description != offered.description


@pytest.mark.parametrize("tool", READING, ids=lambda tool: tool.name)
async def test_what_is_read_is_told_at_once_and_changes_nothing(
    tool: Any, make: Make, database: Database
) -> None:
    user = await make.user()
    await make.one_of_everything(user, times=2)
    before = await rows_of(database, user.id)
    arguments = {"words": "Task"} if tool.name == "search" else {}

    found = await call(database, as_(user), tool.name, arguments)

    assert (found.outcome, found.proposal) == ("done", None)
    assert json.loads(found.content) == found.shown
    assert await rows_of(database, user.id) == before


@pytest.mark.parametrize("tool", WRITING, ids=lambda tool: tool.name)
async def test_s125_what_would_change_something_is_proposed_and_nothing_else_happens(
    tool: Any, make: Make, database: Database
) -> None:
    user = await make.user()
    today = clock.today(user.timezone)
    task = await make.task(
        user, title="Water the plants", due_on=today, rule="FREQ=DAILY", rhythm_from=today
    )
    before = await rows_of(database, user.id)
    arguments: dict[str, Any] = (
        {"task_id": task.id} if "task_id" in tool.takes.model_fields else {"title": "Run"}
    )
    if tool.name == "postpone_task":
        arguments["until"] = "2099-01-01"

    asked = await call(database, as_(user), tool.name, arguments)

    after = await rows_of(database, user.id)
    changed = {name for name in after if after[name] != before[name]}
    assert asked.outcome == "proposed"
    assert asked.proposal is not None
    assert asked.proposal["arguments"] == json.loads(json.dumps(arguments, default=str))
    assert ("Water the plants" if "task_id" in arguments else "Run") in asked.proposal["summary"]
    assert changed <= {"proposals", "events", "event_counters"}


async def test_s124_what_belongs_to_others_reads_like_what_is_not_there(
    make: Make, database: Database
) -> None:
    mallory, ada = await make.user(), await make.user()
    theirs = await make.task(ada, title="Secret plan")
    goal = await make.goal(ada, title="Secret goal")
    before = await rows_of(database, ada.id)

    answers = [
        await call(database, as_(mallory), "complete_task", {"task_id": id_})
        for id_ in (theirs.id, new_id())
    ]
    under = await call(
        database, as_(mallory), "create_task", {"title": "x", "goal_id": str(goal.id)}
    )
    found = await call(database, as_(mallory), "search", {"words": "Secret"})
    listed = await call(database, as_(mallory), "list_tasks", {"filter": "search: Secret"})

    assert [answer.outcome for answer in [*answers, under]] == ["refused"] * 3
    assert answers[0].content == answers[1].content
    assert "Secret" not in f"{found.content}{listed.content}{under.content}"
    assert await kept(database) == []
    assert await rows_of(database, ada.id) == before


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("delete_all", {}, "unknown_tool"),
        ("execute_sql", {"sql": "DELETE FROM tasks"}, "unknown_tool"),
        ("fetch", {"url": "https://evil.example/?q="}, "unknown_tool"),
        ("list_tasks", {"user_id": "019a9c3e-7a40-7000-8000-000000000001"}, "invalid_arguments"),
        ("create_task", {"title": "x", "url": "https://evil.example"}, "invalid_arguments"),
        ("create_task", {"title": "x", "completed": True}, "invalid_arguments"),
        ("create_task", {"title": "  "}, "invalid_arguments"),
        ("create_task", '{"title": "a\\u0000b"}', "invalid_arguments"),
        ("create_task", '{"title": "\\ud800"}', "invalid_arguments"),
        ("create_task", '{"title": "x"', "invalid_arguments"),
        ("create_task", "[" * 5_000, "invalid_arguments"),
        ("create_task", "null", "invalid_arguments"),
        ("create_task", '{"title": "x", "title": "y"}', "invalid_arguments"),
        ("create_task", {"title": "x", "recurrence": "every blue moon"}, "invalid_recurrence"),
        ("create_goal", {"title": "x", "period": "2026"}, "period_does_not_fit"),
        ("create_task", '{"title": "x", "duration": 1e400}', "invalid_arguments"),
        ("update_task", {"task_id": "1 OR 1=1", "title": "x"}, "invalid_arguments"),
        ("create_task", {"title": "x" * MOST_ARGUMENT_BYTES}, "arguments_too_long"),
        ("create_task", "я" * 10_000_000, "arguments_too_long"),
        ("list_tasks", {"filter": "due before: ("}, "filter_syntax"),
    ],
    ids=str,
)
async def test_s126_a_call_that_is_none_is_refused_in_words_a_model_can_mend_it_by(
    name: str, arguments: Any, code: str, make: Make, database: Database
) -> None:
    user = await make.user()

    answer = await call(database, as_(user), name, arguments)

    assert answer.outcome == "refused"
    assert json.loads(answer.content)["error"] == code
    assert len(answer.content) < 2_000
    assert await kept(database) == []


async def test_s125_a_run_that_repeats_itself_proposes_once(make: Make, database: Database) -> None:
    user = await make.user()
    who = as_(user, run_id=new_id())

    answers = [
        await call(database, who, "create_task", {"title": title})
        for title in ("Run", "Run", "Swim")
    ]

    rows = await kept(database)
    assert [row["arguments"]["title"] for row in rows] == ["Run", "Swim"]
    assert len({row["call_id"] for row in rows}) == 2
    assert "already" in answers[1].content
    assert answers[0].proposal == answers[1].proposal


async def test_s125_what_the_user_said_no_to_is_not_proposed_again_in_the_same_turn(
    make: Make, database: Database
) -> None:
    user = await make.user()
    who = as_(user, run_id=new_id())
    first = await call(database, who, "create_task", {"title": "Run"})
    assert first.proposal is not None
    await database.write(proposals.reject, user.id, (await kept(database))[0]["id"])

    again = await call(database, who, "create_task", {"title": "Run"})

    assert "said no" in again.content
    assert [row["state"] for row in await kept(database)] == ["rejected"]


async def test_s125_what_is_always_allowed_is_done_at_once_and_by_the_agent(
    make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user, title="Stretch")
    run = new_id()
    await database.write(allowed_tools.allow, user.id, "complete_task", "en")

    answer = await call(database, as_(user, run_id=run), "complete_task", {"task_id": task.id})
    other = await call(database, as_(user, run_id=run), "delete_task", {"task_id": task.id})

    events = await happened(database, user, "task.completed")
    assert (answer.outcome, answer.proposal) == ("done", None)
    assert answer.shown["receipt"]
    assert answer.shown["event_id"] == str(events[0].id)
    assert [event.actor for event in events] == [f"agent:{run}"]
    assert other.outcome == "proposed"


async def test_s125_deleting_asks_even_if_somebody_wrote_otherwise_into_the_table(
    make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user)
    await make.allowed_tool(user, "delete_task")

    answer = await call(database, as_(user), "delete_task", {"task_id": task.id})

    assert answer.outcome == "proposed"
    assert [row["state"] for row in await kept(database)] == ["open"]


async def test_what_an_allowed_tool_is_refused_leaves_nothing_behind(
    make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user, title="No series")
    await database.write(allowed_tools.allow, user.id, "skip_task", "en")

    answer = await call(database, as_(user), "skip_task", {"task_id": task.id})

    assert answer.outcome == "refused"
    assert await kept(database) == []


async def test_no_more_wait_than_somebody_can_decide(make: Make, database: Database) -> None:
    user, other = await make.user(), await make.user()
    for number in range(MOST_OPEN):
        await make.proposal(user, f"Task {number}")

    one_more = await call(database, as_(user), "create_task", {"title": "x"})
    of_other = await call(database, as_(other), "create_task", {"title": "x"})

    assert json.loads(one_more.content)["error"] == "too_many_proposals"
    assert of_other.outcome == "proposed"


async def test_a_long_answer_is_cut_and_says_so(make: Make, database: Database) -> None:
    user = await make.user()
    for number in range(50):
        await make.task(user, title=f"{number} " + "длинное название " * 20)

    found = await call(database, as_(user), "list_tasks", {"limit": 50})

    assert len(found.content.encode()) <= 8 * 1024
    assert found.shown["left_out"]["tasks"] + len(found.shown["tasks"]) == 50


async def test_somebody_with_a_key_calls_what_the_key_may(make: Make, database: Database) -> None:
    user = await make.user()
    who = as_(user, scopes=frozenset({"agent:act", "tasks:read"}))

    listed = await call(database, who, "list_tasks")
    goals = await call(database, who, "list_goals")
    added = await call(database, who, "create_task", {"title": "x"})

    assert listed.outcome == "done"
    assert [json.loads(one.content)["error"] for one in (goals, added)] == [
        "insufficient_scope"
    ] * 2
    assert "tasks:write" in added.content


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("skip_task", {}, "task_not_recurring"),
        ("postpone_task", {"until": "2020-01-01"}, "not_later"),
    ],
)
async def test_s126_what_could_not_be_done_is_not_proposed(
    name: str, more: dict[str, str], code: str, make: Make, database: Database
) -> None:
    user = await make.user(locale="ru")
    task = await make.task(user, title="Once", due_on=clock.today(user.timezone))

    who = as_(user, locale="ru")
    answer = await call(database, who, name, {"task_id": task.id, **more})

    assert json.loads(answer.content)["error"] == code
    assert re.search("[а-я]", answer.content)
    assert await kept(database) == []
