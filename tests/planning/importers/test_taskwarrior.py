"""Taskwarrior's export, compared with what Taskwarrior said about the same list at the same moment."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import importers, recurrence
from questlog.planning.importers import ImportedTask, ImportPlan, UnreadableImportError

DATA = Path(__file__).parents[2] / "data" / "taskwarrior"
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 18)


@pytest.fixture(scope="module")
def says() -> dict[str, Any]:
    answers: dict[str, Any] = json.loads((DATA / "says.json").read_text(encoding="utf-8"))
    return answers


@pytest.fixture(scope="module")
def plan() -> ImportPlan:
    text = (DATA / "export.json").read_text(encoding="utf-8")
    return importers.parse("taskwarrior", text, zone=BERLIN)


def parse(*tasks: dict[str, Any]) -> ImportPlan:
    return importers.parse("taskwarrior", json.dumps(tasks), zone=BERLIN)


def make(**fields: Any) -> dict[str, Any]:
    given = {"uuid": "u1", "description": "Sweep", "status": "pending", "entry": "20261001T080000Z"}
    return {**given, **fields}


def series(says: dict[str, Any], uuids: list[str]) -> set[str]:
    """Taskwarrior counts every open child of a series; here the series is one task."""
    born = {child: uuid for uuid, one in says["series"].items() for child in one["children"]}
    return {born.get(uuid, uuid) for uuid in uuids}


def open_tasks(plan: ImportPlan) -> list[ImportedTask]:
    return [task for task in plan.tasks if task.completed_at is None]


def day_of(when: date | datetime | None) -> date | None:
    return when.astimezone(BERLIN).date() if isinstance(when, datetime) else when


def test_the_list_is_a_real_one(plan: ImportPlan, says: dict[str, Any]) -> None:
    tasks = open_tasks(plan)

    assert len(plan.tasks) >= 60
    assert len(tasks) == len(series(says, [*says["today"], *says["upcoming"], *says["undated"]]))
    assert any(task.start_on for task in tasks)
    assert any(task.description for task in tasks)
    assert {task.priority for task in tasks} == {0, 1, 2, 3}
    assert {note.message for note in plan.warnings if note.line is None} == {
        "Deleted tasks are left out: 1."
    }


def test_today_overdue_and_upcoming_are_what_taskwarrior_says(
    plan: ImportPlan, says: dict[str, Any]
) -> None:
    due = {task.external_id: day_of(task.due) for task in open_tasks(plan)}

    today = {task for task, day in due.items() if day and day <= TODAY}
    overdue = {task for task, day in due.items() if day and day < TODAY}
    upcoming = {task for task, day in due.items() if day and day > TODAY}
    undated = {task for task, day in due.items() if day is None}

    assert today == series(says, says["today"])
    assert overdue == series(says, says["overdue"])
    # A series that is late also has its next child open in Taskwarrior; here it waits for the late one.
    assert upcoming == series(says, says["upcoming"]) - today
    assert undated == set(says["undated"])


def test_counts_projects_and_tags_are_what_taskwarrior_says(
    plan: ImportPlan, says: dict[str, Any]
) -> None:
    tasks = open_tasks(plan)
    done = [task for task in plan.tasks if task.completed_at]

    projects: dict[str | None, set[str]] = {}
    for task in tasks:
        projects.setdefault(task.project, set()).add(task.external_id)

    assert len(done) == says["completed"]
    assert sum(day_of(task.completed_at) == TODAY for task in done) == says["completed_today"]
    assert projects.pop(None) == series(says, says["inbox"])
    assert projects == {name: series(says, uuids) for name, uuids in says["projects"].items()}
    assert {label for task in plan.tasks for label in task.labels} == set(says["tags"])


def test_what_waits_is_open_and_starts_when_its_waiting_ends(
    plan: ImportPlan, says: dict[str, Any]
) -> None:
    waiting = {task.external_id: task for task in plan.tasks if task.external_id in says["waiting"]}

    assert len(waiting) == len(says["waiting"]) > 0
    assert all(task.start_on and task.start_on > TODAY for task in waiting.values())
    assert all(task.completed_at is None for task in waiting.values())


def test_every_series_goes_on_as_taskwarrior_says(plan: ImportPlan, says: dict[str, Any]) -> None:
    repeating = {task.external_id: task for task in plan.tasks if task.rule}

    assert repeating.keys() == says["series"].keys()
    for uuid, answer in says["series"].items():
        task = repeating[uuid]
        due = day_of(task.due)
        assert task.rule
        assert due
        ahead = [
            day_of(datetime.strptime(one, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
            for one in answer["ahead"]
        ]
        found = [due, *recurrence.upcoming(task.rule, due, anchor=task.anchor, done=0)]
        # Taskwarrior makes one child more than `until` allows.
        wanted = [day for day in ahead if day and (not task.rule.until or day <= task.rule.until)]
        assert found == wanted[: len(found)], answer["title"]
        assert len(found) == min(6, len(wanted)), answer["title"]


def test_a_series_whose_children_are_all_done_comes_back_on_its_next_date() -> None:
    template = make(status="recurring", recur="monthly", due="20260131T080000Z", mask="++")
    child = make(
        uuid="c1", status="completed", parent="u1", imask=0, recur="monthly", end="20260131T120000Z"
    )

    plan = parse(template, child)

    again = next(task for task in plan.tasks if task.external_id == "u1")
    assert again.due == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
    assert again.anchor == date(2026, 1, 31)


def test_a_series_that_has_ended_stays_in_the_past() -> None:
    template = make(
        status="recurring",
        recur="daily",
        due="20261101T230000Z",
        mask="++",
        until="20261102T230000Z",
    )

    plan = parse(template)

    assert plan.tasks == ()
    assert "ended" in plan.warnings[0].message


def test_children_without_their_template_speak_for_it() -> None:
    children = [
        make(uuid=f"c{day}", parent="u9", recur="daily", due=f"202611{day}T230000Z")
        for day in (12, 11)
    ]

    plan = parse(*children)

    assert [(task.external_id, task.due) for task in plan.tasks] == [("u9", date(2026, 11, 12))]


def test_annotations_become_dated_lines_and_nothing_is_dropped_silently() -> None:
    task = make(
        annotations=[
            {"entry": "20261103T080000Z", "description": "later"},
            {"entry": "20261101T230500Z", "description": "sooner"},
        ],
        depends=["u2"],
        estimate=4,
        priority="URGENT",
    )

    plan = parse(task)

    assert plan.tasks[0].description == "2026-11-02: sooner\n2026-11-03: later"
    assert len(plan.warnings) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("  \n", None),
        ("[\n", 2),
        ('[\n{"uuid": "u1", "descr', 2),
        ("[\n{},\n{}\n]", 2),
        ("[\n[1]\n]", 2),
        ("nonsense", 1),
        ("[" * 100_000, 1),
        ('[{"a": ' + "[" * 100_000, 1),
        ('[{"a": ' + "9" * 5000 + "}]", 1),
        ('[\n{"uuid":"a","description":"b","status":"pending"}\n{"uuid":"c"}]', 3),
        ('[\n{"uuid":"a","description":"b","status":"pending"}\n] tail', 3),
    ],
)
def test_a_damaged_file_names_the_line(text: str, line: int | None) -> None:
    with pytest.raises(UnreadableImportError) as refused:
        importers.parse("taskwarrior", text, zone=BERLIN)

    assert refused.value.line == line
    assert refused.value.details.get("line") == line


@pytest.mark.parametrize(
    "fields",
    [
        {"uuid": None},
        {"uuid": 7},
        {"description": " \u0000 "},
        {"status": "lost"},
        {"due": "2026-11-18"},
        {"due": "20261341T000000Z"},
        {"due": "99991231T235959Z"},
        {"due": "19690101T000000Z"},
        {"tags": "home"},
        {"tags": [1]},
        {"annotations": ["x"]},
        {"status": "completed"},
    ],
)
def test_a_task_that_cannot_be_refuses_the_file_and_names_its_line(fields: dict[str, Any]) -> None:
    text = (
        "[\n"
        + ",\n".join(json.dumps(one) for one in (make(), make(**{"uuid": "u2", **fields})))
        + "\n]"
    )

    with pytest.raises(UnreadableImportError) as refused:
        importers.parse("taskwarrior", text, zone=BERLIN)

    assert refused.value.line == 3
    assert str(refused.value).startswith("line 3: ")


def test_the_same_task_twice_is_a_damaged_file() -> None:
    with pytest.raises(UnreadableImportError, match="twice"):
        parse(make(), make())


def test_one_object_a_line_without_brackets_is_read_as_well() -> None:
    text = "\n".join(json.dumps(make(uuid=f"u{n}")) for n in range(3))

    plan = importers.parse("taskwarrior", text, zone=BERLIN)

    assert [task.line for task in plan.tasks] == [1, 2, 3]


def test_the_real_export_damaged_anywhere_is_refused_as_a_whole() -> None:
    text = (DATA / "export.json").read_text(encoding="utf-8")
    cuts = range(2, len(text) - 2, len(text) // 40)

    for cut in cuts:
        with pytest.raises(UnreadableImportError) as refused:
            importers.parse("taskwarrior", text[:cut], zone=BERLIN)
        assert refused.value.line == text.count("\n", 0, cut) + 1
