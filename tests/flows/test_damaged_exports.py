"""Exports that were cut, edited or forged: nothing of them comes in."""

import json
from typing import Any

import pytest

from questlog.core.db import Database
from questlog.flows.export_account import export_account
from questlog.planning.importers import UnreadableImportError
from tests.support.accounts import READ_BACK, as_file, bring, document
from tests.support.make import Make

DAMAGES: list[tuple[str, str, dict[str, Any]]] = [
    ("title", "tasks", {"title": "  "}),
    ("title", "tasks", {"title": 7}),
    ("due_on", "tasks", {"due_on": "2026-02-30"}),
    ("due_at", "tasks", {"due_on": "2026-02-03", "due_at": "2026-02-03T10:00:00"}),
    ("rule", "tasks", {"rule": "FREQ=SOMETIMES", "due_on": "2026-02-03"}),
    ("recurrence", "tasks", {"rule": "FREQ=DAILY"}),
    ("priority", "tasks", {"priority": 9}),
    ("position", "tasks", {"position": 1e300}),
    ("labels", "tasks", {"labels": ["\ufdfa" * 100]}),
    ("id", "tasks", {"id": "not-an-id"}),
    ("goal_type", "goals", {"goal_type": "hourly"}),
    ("color", "projects", {"color": "red"}),
    ("url", "items", {"url": "javascript:alert(1)"}),
    ("outcome", "occurrences", {"outcome": "forgotten"}),
    ("before", "occurrences", {"before": {"due_on": 5}}),
]


@pytest.mark.parametrize(("word", "section", "wrong"), DAMAGES)
async def test_a_damaged_export_changes_nothing_and_names_the_line(
    database: Database, make: Make, word: str, section: str, wrong: dict[str, Any]
) -> None:
    ida, jon = await make.user(), await make.user()
    await make.goal(ida)
    await make.project(ida)
    await make.item(ida)
    await make.occurrence(ida, await make.task(ida))
    text = b"".join([piece async for piece in export_account(database, ida.id)]).decode()
    found = json.loads(text)
    good = json.dumps(found[section][0], separators=(",", ":"), ensure_ascii=False)
    bad = json.dumps({**found[section][0], **wrong})
    line = text[: text.index(good)].count("\n") + 1

    with pytest.raises(UnreadableImportError, match=word) as refused:
        await bring(database, jon, text.replace(good, bad))

    assert refused.value.line == line
    after = await document(database, jon)
    assert not any(after[name] for name in (*READ_BACK, "imports", "imported_rows", "events"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        "{]",
        "{1: 2}",
        '{"format": "questlog"}',
        '{"format": "questlog", "version": 2}',
        '{"format": "questlog", "version": 1} x',
        '{"tasks": [}',
        '{"tasks": {"id": 1}}',
    ],
)
async def test_what_is_no_export_is_refused(database: Database, make: Make, text: str) -> None:
    user = await make.user()

    with pytest.raises(UnreadableImportError):
        await bring(database, user, text)

    assert not (await document(database, user))["imports"]


async def test_circles_depths_and_doubles_are_refused(database: Database, make: Make) -> None:
    ida, jon = await make.user(), await make.user()
    first = await make.task(ida, title="First")
    await make.task(ida, title="Second", parent_task_id=first.id, depth=2)
    file = await document(database, ida)
    circle, double = json.loads(as_file(file)), json.loads(as_file(file))
    circle["tasks"][0]["parent_task_id"] = circle["tasks"][1]["id"]
    double["tasks"][1]["id"] = double["tasks"][0]["id"]

    for wrong in (circle, double):
        with pytest.raises(UnreadableImportError) as refused:
            await bring(database, jon, wrong)
        assert refused.value.line

    assert not (await document(database, jon))["tasks"]
