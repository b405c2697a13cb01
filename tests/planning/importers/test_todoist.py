"""Todoist's CSV."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import importers, recurrence
from questlog.planning.importers import ImportedTask, ImportPlan, UnreadableImportError
from questlog.planning.importers.todoist_dates import read_when

FILE = Path(__file__).parents[2] / "data" / "todoist" / "garden.csv"
BERLIN = ZoneInfo("Europe/Berlin")
HEADER = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE,DURATION,DURATION_UNIT"


def parse(*rows: str, name: str | None = None) -> ImportPlan:
    return importers.parse("todoist", "\n".join([HEADER, *rows]), zone=BERLIN, name=name)


@pytest.fixture(scope="module")
def garden() -> dict[str, ImportedTask]:
    with FILE.open(encoding="utf-8", newline="") as file:
        plan = importers.parse("todoist", file.read(), zone=BERLIN, name="Garden [2203306141].csv")
    return {f"{task.title} {task.line}": task for task in plan.tasks}


def test_a_task_keeps_its_words_dates_and_labels(garden: dict[str, ImportedTask]) -> None:
    task = garden["Repot the basil 4"]

    assert task.description == "Terracotta pot\nfrom the shed"
    assert task.priority == 4
    assert task.due == date(2026, 11, 20)
    assert task.deadline_on == date(2026, 11, 28)
    assert task.duration_minutes == 30
    assert task.labels == ("garden", "weekend")
    assert task.project == "Garden"


def test_indentation_makes_subtasks_and_comments_join_the_task_above(
    garden: dict[str, ImportedTask],
) -> None:
    basil, compost, prices = (
        garden[name] for name in ("Repot the basil 4", "Buy compost 6", "Compare prices 8")
    )

    assert compost.parent == basil.external_id
    assert prices.parent == compost.external_id
    assert compost.description == "Peat-free, if there is any"
    assert list(garden.values()).index(compost) < list(garden.values()).index(prices)


def test_a_time_is_read_in_the_zone_of_its_row(garden: dict[str, ImportedTask]) -> None:
    assert garden["Sharpen the shears 9"].due == datetime(2026, 11, 18, 22, 30, tzinfo=UTC)


def test_phrases_that_recur_become_rules(garden: dict[str, ImportedTask]) -> None:
    ferns, tray, lawn = (
        garden[name] for name in ("Water the ferns 12", "Check the seed tray 13", "Mow the lawn 14")
    )

    assert ferns.rule == recurrence.parse("FREQ=WEEKLY;BYDAY=MO")
    assert (ferns.due, ferns.wall_time) == (None, time(9, 0))
    assert tray.rule is not None
    assert tray.rule.from_completion
    assert garden["Полить грядки 18"].rule == recurrence.parse("daily")
    assert (lawn.due, lawn.rule) == (
        date(2026, 11, 21),
        recurrence.parse("FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231"),
    )


def test_what_cannot_be_read_stays_as_text_and_is_named() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        plan = importers.parse("todoist", file.read(), zone=BERLIN)
    seeds = next(task for task in plan.tasks if task.title.startswith("Order seeds"))

    assert seeds.title == 'Order seeds, the "heirloom" kind'
    assert seeds.description == "Todoist: tomorrow 18:00"
    assert [note.line for note in plan.warnings] == [3, 11, 15, 15, 17]
    assert {task.project for task in plan.tasks} == {None}


def test_sections_become_labels_and_mail_addresses_do_not(garden: dict[str, ImportedTask]) -> None:
    assert garden["Полить грядки 18"].labels == ("сад", "Дача")
    assert garden["Ask ida@example.org about bulbs 19"].labels == ("Дача",)


def test_ids_are_the_same_each_time_and_differ_between_twins_and_projects() -> None:
    rows = ["task,Call,,4,1", "task,Call,,4,1", "task,Ask,,4,2", "section,Later", "task,Call,,4,1"]

    first, again, other = (
        parse(*rows, name="A.csv"),
        parse(*rows, name="A.csv"),
        parse(*rows, name="B.csv"),
    )

    assert first == again
    ids = {task.external_id for plan in (first, other) for task in plan.tasks}
    assert len(ids) == 2 * len(first.tasks) == 8


def test_indentation_that_skips_a_level_is_taken_as_the_next_one() -> None:
    plan = parse("task,Top,,4,3", "task,Below,,4,5", "task,Beside,,4,2")

    top, below, beside = plan.tasks
    assert top.parent is None
    assert below.parent == beside.parent == top.external_id


def test_a_title_of_labels_alone_keeps_them() -> None:
    plan = parse("task,@errand,,4,1")

    assert (plan.tasks[0].title, plan.tasks[0].labels) == ("@errand", ("errand",))


@pytest.mark.parametrize(
    ("phrase", "day", "wall_time", "rule"),
    [
        ("2026-11-18", "2026-11-18", None, None),
        ("2026-11-18 09:05", "2026-11-18", "09:05", None),
        ("2026-11-18T09:05:00", "2026-11-18", "09:05", None),
        ("Nov 18, 2026 @ 5pm", "2026-11-18", "17:00", None),
        ("18 November 2026 at 12am", "2026-11-18", "00:00", None),
        ("every day", None, None, "daily"),
        ("Every other week", None, None, "biweekly"),
        ("monthly", None, None, "monthly"),
        ("every 3rd month", None, None, "FREQ=MONTHLY;INTERVAL=3"),
        ("every quarter", None, None, "FREQ=MONTHLY;INTERVAL=3"),
        ("every weekday at 8:30", None, "08:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every mon, wed and fri", None, None, "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("every other tuesday", None, None, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("every 1st, 15th", None, None, "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("every last day", None, None, "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("every week from 2026-11-20 18:00", "2026-11-20", "18:00", "weekly"),
        ("every day until Dec 1 2026", None, None, "FREQ=DAILY;UNTIL=20261201"),
        ("every! 3 days", None, None, "every! 3 days"),
        ("every! mon at 9", None, "09:00", "every! FREQ=WEEKLY;BYDAY=MO"),
        ("after 10 days", None, None, "every! 10 days"),
        ("every 3rd friday", None, None, "FREQ=MONTHLY;BYDAY=3FR"),
        ("каждый день", None, None, "daily"),
        ("по будням в 8:30", None, "08:30", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ],
)
def test_a_phrase(phrase: str, day: str | None, wall_time: str | None, rule: str | None) -> None:
    when = read_when(phrase)

    assert when is not None
    assert when.day == (date.fromisoformat(day) if day else None)
    assert when.wall_time == (time.fromisoformat(wall_time) if wall_time else None)
    assert (recurrence.wire_name(when.rule) if when.rule else None) == rule


@pytest.mark.parametrize(
    "phrase",
    [
        "tomorrow", "Nov 18", "2026-02-30", "every", "every monday-ish", "every 0 days", "every 99 hours", "every 40",
        "every day until soon", "2026-11-18 until 2026-12-01", "0000-01-01", "9999-12-31 23:59", "cada día",
        "every day until friday", "every day for 3 weeks", "every day starting 1 dec",
    ],
)  # fmt: skip
def test_no_date(phrase: str) -> None:
    assert read_when(phrase) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("title,due\nCall,today\n", 1),
        (f"{HEADER}\ntask,A,,4,1\nchore,B,,4,1\n", 3),
        (f"{HEADER}\ntask,A,,5,1\n", 2),
        (f"{HEADER}\ntask,A,,4,x\n", 2),
        (f"{HEADER}\ntask,,,4,1\n", 2),
        (f"{HEADER}\ntask,A,,4,1,,,,,,ten,minute\n", 2),
        (f"{HEADER}\ntask,A,,4,1,,,,,,10,moon\n", 2),
        (f'{HEADER}\ntask,A,,4,1\n\ntask,"B,,4,1\n', 4),
        (f'{HEADER}\ntask,"A" b,,4,1\n', 2),
        (f'{HEADER}\ntask,"A\nB",,4,1\ntask,C,,9,1\n', 4),
        (f"{HEADER}\ntask,A,,4,1,,,,,,,,,,more\n", 2),
        (f"{HEADER}\ntask,{'A' * 200_000},,4,1\n", 2),
    ],
)
def test_a_damaged_file_names_the_line(text: str, line: int | None) -> None:
    with pytest.raises(UnreadableImportError) as refused:
        importers.parse("todoist", text, zone=BERLIN)

    assert refused.value.line == line
