"""VTODO lists."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import importers, recurrence
from questlog.planning.importers import ImportedTask, ImportPlan, UnreadableImportError

FILE = Path(__file__).parents[2] / "data" / "icalendar" / "house.ics"
BERLIN = ZoneInfo("Europe/Berlin")


def read_house() -> ImportPlan:
    with FILE.open(encoding="utf-8", newline="") as file:
        return importers.parse("icalendar", file.read(), zone=BERLIN)


@pytest.fixture(scope="module")
def house() -> dict[str, ImportedTask]:
    return {task.external_id.removeprefix("5f1d7a34-"): task for task in read_house().tasks}


def calendar(*todo: str) -> str:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VTODO", "UID:u1", *todo, "END:VTODO", "END:VCALENDAR", ""]
    )


def parse(*todo: str) -> ImportedTask:
    return importers.parse("icalendar", calendar("SUMMARY:Sweep", *todo), zone=BERLIN).tasks[0]


def test_a_to_do_keeps_its_words_days_and_categories(house: dict[str, ImportedTask]) -> None:
    roof = house["roof"]

    assert roof.title == "Repair the roof"
    assert roof.description == "Ask for two offers, compare them\nand decide."
    assert (roof.start_on, roof.due) == (date(2026, 11, 10), date(2026, 11, 30))
    assert roof.priority == 4
    assert roof.labels == ("House", "Money, large")
    assert roof.project == "House, garden"
    assert roof.created_at == datetime(2026, 10, 1, 8, 15, tzinfo=UTC)


def test_folded_lines_zones_and_parents_are_followed(house: dict[str, ImportedTask]) -> None:
    offers = house["offers"]

    assert offers.title.endswith("note for each of them what is included")
    assert offers.due == datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
    assert offers.parent == house["roof"].external_id


def test_a_series_keeps_its_rule_and_its_done_dates(house: dict[str, ImportedTask]) -> None:
    flowers, watered = house["flowers"], house["flowers#20261112T090000"]

    assert flowers.rule == recurrence.parse("FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231")
    assert (flowers.due, flowers.start_on) == (datetime(2026, 11, 16, 8, 0, tzinfo=UTC), None)
    assert watered.completed_at == datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
    assert watered.rule is None


def test_done_and_cancelled_are_told_apart(house: dict[str, ImportedTask]) -> None:
    assert house["done"].completed_at == datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
    assert house["dropped"].cancelled
    assert house["dropped"].completed_at is None
    assert house["dropped"].parent is None


def test_a_floating_time_is_the_users_and_a_duration_ends_in_a_due_moment(
    house: dict[str, ImportedTask],
) -> None:
    floating = next(task for task in house.values() if task.title == "Floating and nameless")

    assert floating.due == datetime(2026, 11, 19, 7, 0, tzinfo=UTC)
    assert floating.rule is None
    assert house["span"].due == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    assert house["span"].start_on == date(2026, 11, 20)


def test_what_is_left_out_is_named_and_reading_again_gives_the_same() -> None:
    plan = read_house()

    assert [note.line for note in plan.warnings] == [88, 90, None]
    assert plan == read_house()


@pytest.mark.parametrize(
    ("line", "priority"), [("0", 0), ("1", 4), ("2", 3), ("4", 3), ("5", 2), ("6", 1), ("9", 1)]
)
def test_priorities(line: str, priority: int) -> None:
    assert parse(f"PRIORITY:{line}").priority == priority


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        (
            "DUE;TZID=W. Europe Standard Time:20261118T100000",
            datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        ),
        (
            "DUE;TZID=/example.org/20070129_1/Europe/Berlin:20261118T100000",
            datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
        ),
        ("DUE;TZID=Nowhere/Land:20261118T100000", datetime(2026, 11, 18, 9, 0, tzinfo=UTC)),
        ("DUE:20261118T100000Z", datetime(2026, 11, 18, 10, 0, tzinfo=UTC)),
        ("DUE:20260329T023000", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("DUE;VALUE=DATE:20261118", date(2026, 11, 18)),
    ],
)
def test_due_dates_of_every_kind(due: str, moment: date) -> None:
    assert parse(due).due == moment


def test_status_decides_where_it_contradicts_the_date_of_completion() -> None:
    reopened = parse("STATUS:NEEDS-ACTION", "COMPLETED:20261101T080000Z")
    silent = parse("COMPLETED:20261101T080000Z")

    assert reopened.completed_at is None
    assert silent.completed_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


def test_a_series_without_a_due_date_is_due_when_it_starts() -> None:
    task = parse("DTSTART;VALUE=DATE:20261118", "RRULE:FREQ=DAILY")

    assert (task.due, task.start_on) == (date(2026, 11, 18), None)


def test_deep_trees_are_flattened_and_circles_refused() -> None:
    def todo(number: int, parent: int) -> str:
        return f"BEGIN:VTODO\nUID:{number}\nSUMMARY:{number}\nRELATED-TO:{parent}\nEND:VTODO"

    tree = "\n".join(
        ["BEGIN:VCALENDAR", *(todo(n, n - 1) for n in range(8, 0, -1)), "END:VCALENDAR"]
    )
    circle = "\n".join(["BEGIN:VCALENDAR", todo(1, 3), todo(2, 1), todo(3, 2), "END:VCALENDAR"])

    plan = importers.parse("icalendar", tree, zone=BERLIN)

    parents = {task.external_id: task.parent for task in plan.tasks}
    assert parents == {
        "1": None,
        "2": "1",
        "3": "2",
        "4": "3",
        "5": "4",
        "6": "4",
        "7": "4",
        "8": "4",
    }
    seen: set[str | None] = {None}
    for task in plan.tasks:
        assert task.parent in seen
        seen.add(task.external_id)
    with pytest.raises(UnreadableImportError, match="subtask of itself"):
        importers.parse("icalendar", circle, zone=BERLIN)


def test_a_text_that_is_the_path_of_a_file_is_not_opened(tmp_path: Path) -> None:
    hidden = tmp_path / "secret.ics"
    hidden.write_text(calendar("SUMMARY:Secret"), encoding="utf-8")

    with pytest.raises(UnreadableImportError):
        importers.parse("icalendar", str(hidden), zone=BERLIN)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("hello", 1),
        ("BEGIN:VTODO\nEND:VTODO", 1),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:A", 3),
        ("BEGIN:VCALENDAR\nEND:VTODO", 2),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:A\nEND:VCALENDAR", 4),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\nSUMMARY:A", 3),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VTODO\nEND:VTODO\nEND:VEVENT\nEND:VCALENDAR", 3),
        (calendar(), 2),
        (calendar("SUMMARY: "), 2),
        (calendar("SUMMARY:A", "DUE:tomorrow"), 5),
        (calendar("SUMMARY:A", "DUE:20261399"), 5),
        (calendar("SUMMARY:A", "DUE:120000"), 2),
        (calendar("SUMMARY:A", "DUE:99991231T235959Z"), 2),
        (calendar("SUMMARY:A", "DTSTART:99991231", "DURATION:P9D"), 2),
        (calendar("SUMMARY:A", "DTSTART:20261118", "DURATION:-P9D"), 2),
        (calendar("SUMMARY:A", "PRIORITY:high"), 5),
        (calendar("SUMMARY:A", "PRIORITY:12"), 2),
        (calendar("SUMMARY:A", "STATUS:COMPLETED"), 2),
        (calendar("SUMMARY:A", "no property at all"), 5),
        (calendar("SUMMARY:A") + calendar("SUMMARY:B"), 8),
    ],
)
def test_a_damaged_file_names_the_line(text: str, line: int | None) -> None:
    with pytest.raises(UnreadableImportError) as refused:
        importers.parse("icalendar", text, zone=BERLIN)

    assert refused.value.line == line
