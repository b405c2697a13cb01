"""TickTick, Google Tasks, Microsoft To Do and Outlook: files in the layouts these programs write."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import importers, rrule
from questlog.planning.importers import ImportedTask, ImportPlan, UnreadableImportError
from questlog.planning.importers.encodings import decode

DATA = Path(__file__).parents[2] / "data"
BERLIN = ZoneInfo("Europe/Berlin")


def plan_of(file: str) -> ImportPlan:
    return importers.parse(None, decode((DATA / file).read_bytes()), zone=BERLIN)


def by_title(file: str) -> dict[str, ImportedTask]:
    return {task.title: task for task in plan_of(file).tasks}


def said(plan: ImportPlan) -> list[tuple[int | None, str]]:
    return [(note.line, note.message) for note in plan.warnings]


def rule_of(task: ImportedTask) -> str | None:
    return None if task.rule is None else rrule.write(task.rule)


@pytest.mark.parametrize(
    ("file", "format"),
    [
        ("ticktick/backup.csv", "ticktick"),
        ("google_tasks/Tasks.json", "google_tasks"),
        ("microsoft_todo/lists.json", "microsoft_todo"),
        ("outlook/tasks.csv", "outlook"),
        ("csv/plain.csv", "csv"),
        ("csv/russian_cp1251.csv", "csv"),
        ("csv/tabs_utf16.txt", "csv"),
        ("todoist/garden.csv", "todoist"),
        ("icalendar/house.ics", "icalendar"),
        ("taskwarrior/export.json", "taskwarrior"),
    ],
)
def test_a_file_shows_which_program_wrote_it(file: str, format: str) -> None:
    assert importers.detect(decode((DATA / file).read_bytes())) == format


@pytest.mark.parametrize(
    ("text", "candidate"),
    [("Weather;Mood\nrain;fine\n", "csv"), ('{"a": 1}', "google_tasks"), ("Dear diary", "todoist")],
)
def test_a_file_of_nobody_names_what_it_could_be(text: str, candidate: str) -> None:
    with pytest.raises(importers.UnknownFormatError) as unknown:
        importers.detect(text)

    assert candidate in unknown.value.details["formats"]


def test_ticktick_days_spans_and_clocks() -> None:
    tasks = by_title("ticktick/backup.csv")

    assert tasks["Repot the basil"].due == date(2026, 11, 21)
    assert tasks["Repot the basil"].description == (
        'Terracotta pot,\nfrom the "old" shed\n\nSecond shelf'
    )
    assert tasks["Call the nursery"].due == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert tasks["Call the nursery"].duration_minutes == 30
    assert tasks["Paint the fence"].start_on == date(2026, 11, 25)
    assert tasks["Paint the fence"].due == date(2026, 11, 28)
    assert tasks["Pay the rent"].due == date(2026, 12, 1)  # by the clock of Moscow
    assert tasks["Morning pages"].due == datetime(2026, 11, 22, 0, 0, tzinfo=UTC)  # 01:00 anywhere


def test_ticktick_children_stand_before_their_parents_and_checklists_become_subtasks() -> None:
    tasks = by_title("ticktick/backup.csv")

    assert tasks["Buy compost"].parent == tasks["Repot the basil"].external_id
    assert tasks["Milk"].parent == tasks["Bread"].parent == tasks["Weekly shop"].external_id
    assert [tasks[name].done for name in ("Milk", "Bread", "Eggs, a dozen")] == [False, True, False]
    assert tasks["Weekly shop"].description == "From the market"


def test_ticktick_priorities_lists_statuses_and_rules() -> None:
    plan = plan_of("ticktick/backup.csv")
    tasks = {task.title: task for task in plan.tasks}

    assert [tasks[name].priority for name in ("Repot the basil", "Water the ferns")] == [3, 1]
    assert (tasks["Call the nursery"].project, tasks["Pay the rent"].project) == (None, "Бумаги")
    assert tasks["Repot the basil"].labels == ("garden", "weekend")
    assert tasks["Water the ferns"].labels == ("Weekly",)
    assert tasks["Insure the bicycle"].completed_at == datetime(2026, 10, 1, 16, 45, 30, tzinfo=UTC)
    assert tasks["Old way of finishing"].completed_at == datetime(2026, 10, 2, 16, 0, tzinfo=UTC)
    assert tasks["Learn the lute"].cancelled
    assert rule_of(tasks["Water the ferns"]) == "FREQ=WEEKLY;BYDAY=MO"
    assert rule_of(tasks["Pay the rent"]) == "FREQ=MONTHLY;BYMONTHDAY=1"
    assert rule_of(tasks["Take the pills"]) is None
    assert [line for line, _ in said(plan)] == [8, 15, 23, 24, 25, None]


def test_ticktick_numbers_its_tasks_anew_and_they_are_known_all_the_same() -> None:
    text = decode((DATA / "ticktick/backup.csv").read_bytes())
    later = text.replace('"list","2",""', '"list","99",""').replace(
        '"list","1","2"', '"list","1","99"'
    )

    before = importers.parse("ticktick", text, zone=BERLIN)
    after = importers.parse("ticktick", later, zone=BERLIN)

    assert later != text
    assert after == before


def test_google_days_subtasks_and_links() -> None:
    tasks = by_title("google_tasks/Tasks.json")

    assert tasks["Order the curtains"].due == date(2026, 11, 25)
    assert tasks["Measure the window"].parent == "p1"
    assert tasks["Measure the window"].completed_at == datetime(2026, 11, 13, 16, 30, tzinfo=UTC)
    assert "Re: the deposit: https://mail" in (tasks["Answer the letter"].description or "")
    assert tasks["Dentist"].due == datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    assert (tasks["Dentist"].project, tasks["Старое дело"].project) == (None, "Дача")


def test_google_dates_of_a_rule_become_one_series() -> None:
    plan = plan_of("google_tasks/Tasks.json")

    watering = [task for task in plan.tasks if task.title == "Полить цветы"]

    assert [(task.done, task.due) for task in watering] == [
        (True, date(2026, 11, 14)),
        (False, date(2026, 11, 21)),
    ]
    assert [rule_of(task) for task in watering] == [None, "FREQ=WEEKLY;BYDAY=SA"]
    assert rule_of(by_title("google_tasks/Tasks.json")["Старое дело"]) is None
    assert said(plan) == [
        (134, "Of 2 open dates of this series the earliest is imported."),
        (None, "Deleted tasks are left out: 1."),
        (None, "Empty tasks are left out: 1."),
    ]


def test_microsoft_days_are_midnights_of_some_zone() -> None:
    tasks = by_title("microsoft_todo/lists.json")

    assert tasks["Renew the passport"].due == date(2026, 11, 27)  # 23:00 the evening before in UTC
    assert tasks["Plan the trip"].due == date(2026, 12, 1)  # W. Europe Standard Time
    assert tasks["Plan the trip"].start_on == date(2026, 11, 20)
    assert tasks["Backup"].due == date(2026, 11, 25)  # Pacific Standard Time


def test_microsoft_checklists_statuses_and_bodies() -> None:
    tasks = by_title("microsoft_todo/lists.json")

    assert tasks["Book the train"].parent == tasks["Pack"].parent == "T2"
    assert tasks["Book the train"].completed_at == datetime(2026, 10, 6, 10, 0, tzinfo=UTC)
    assert tasks["Plan the trip"].in_progress
    assert tasks["Return the books"].completed_at == datetime(2026, 11, 8, tzinfo=UTC)
    assert [tasks[name].priority for name in ("Renew the passport", "Return the books")] == [3, 1]
    assert tasks["Renew the passport"].labels == ("Office", "Красная категория")
    assert (tasks["Pack"].project, tasks["Tax"].project) == (None, "Haushalt")
    assert tasks["Read the contract"].description == (
        "Page\xa03 & 4\nClause two\n\nThe contract: https://outlook.office365.com/owa/?ItemID=AAk"
    )


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Bins out", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("Descale the kettle", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1"),
        ("Tax", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=31;UNTIL=20301231"),
        ("Backup", "FREQ=DAILY;INTERVAL=3;COUNT=10"),
    ],
)
def test_microsoft_recurrences(title: str, rule: str) -> None:
    task = by_title("microsoft_todo/lists.json")[title]

    assert task.rule == rrule.read(rule)


def test_the_answer_of_microsofts_api_for_one_list_is_read_without_a_project() -> None:
    text = '{"@odata.context": "x", "value": [\n{"id": "T", "title": "Sweep", "importance": "normal"}]}'

    [task] = importers.parse(None, text, zone=BERLIN).tasks

    assert (task.line, task.title, task.project) == (2, "Sweep", None)


def test_outlook_writes_the_month_first_and_old_windows_letters() -> None:
    tasks = by_title("outlook/tasks.csv")

    assert tasks["Prepare the budget"].due == date(2026, 11, 27)
    assert tasks["Prepare the budget"].labels == ("Finance", "Red Category")
    assert tasks["Prepare the budget"].description == "Draft first\nthen the café figures"
    assert tasks["Prepare the budget"].in_progress
    assert tasks["Ask Jürgen"].due == date(2026, 12, 1)
    assert tasks["Book the room"].completed_at == datetime(2026, 11, 1, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("format", "text", "line"),
    [
        ("ticktick", '"Date: 2026"\n"List Name","Title","Status"\n"A","B","7"\n', 3),
        ("ticktick", '"List Name","Title","Status"\n"A","B"\n"A",""\n', 3),
        ("ticktick", '"List Name","Title","Status","Due Date"\n"A","B","0","soon"\n', 2),
        ("ticktick", "nothing of the kind\n", None),
        ("ticktick", '"List Name","Title","Status"\n"A","B\n', 2),
        ("google_tasks", '{"items":[{"title":"L","items":[\n{"id":"a","title":"b","due":"x"}]}]}', 2),
        ("google_tasks", '{"items":[{"title":"L","items":[\n{"id":"a","title":7}]}]}', 2),
        ("google_tasks", '{"items":[\n3]}', 2),
        ("google_tasks", '{"items":[\n{"items":[}', 2),
        ("microsoft_todo", '[{"displayName":"L","tasks":[\n{"id":"a","title":"b","status":"?"}]}]', 2),
        ("microsoft_todo", '[{"displayName":"L","tasks":[\n{"id":"a","title":"b","body":"?"}]}]', 2),
        ("microsoft_todo", "7", 1),
        ("outlook", "Subject,Due Date,% Complete\nA,1/2/2026,0\n", 1),
    ],
)  # fmt: skip
def test_a_damaged_file_names_the_line(format: str, text: str, line: int | None) -> None:
    with pytest.raises(UnreadableImportError) as refused:
        importers.parse(format, text, zone=BERLIN)

    assert refused.value.line == line


def test_what_cannot_come_is_refused_by_itself_with_its_line() -> None:
    text = '"List Name","Title","Status"\n"A","Sound","0"\n"A","Odd","7"\n"A","","0"\n'

    plan = importers.parse("ticktick", text, zone=BERLIN, keep_refused=True)

    assert [task.title for task in plan.tasks] == ["Sound"]
    assert [(one.line, one.title) for one in plan.refused] == [(3, "Odd"), (4, "")]


def test_a_long_chain_of_children_before_their_parents_is_placed_in_a_moment() -> None:
    rows = "".join(f'"A","Task {n}","0","{n}","{n + 1}"\n' for n in range(20_000))
    text = '"List Name","Title","Status","taskId","parentId"\n' + rows

    plan = importers.parse("ticktick", text, zone=BERLIN)

    assert len(plan.tasks) == 20_000
    assert plan.refused == ()
