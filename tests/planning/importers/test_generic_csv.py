"""Tables of anybody's making: columns, cells, encodings."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.planning import importers
from questlog.planning.importers import Columns, ImportedTask, ImportPlan, UnreadableImportError
from questlog.planning.importers.cells import CellError, Dates, clock_of, minutes_of
from questlog.planning.importers.encodings import decode

DATA = Path(__file__).parents[2] / "data"
BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str, **columns: object) -> ImportPlan:
    given = Columns(**columns)  # type: ignore[arg-type]
    return importers.parse("csv", text, zone=BERLIN, columns=given)


def the_one(text: str, **columns: object) -> ImportedTask:
    [task] = read(text, **columns).tasks
    return task


def file(name: str) -> dict[str, ImportedTask]:
    plan = read(decode((DATA / "csv" / name).read_bytes()))
    return {task.title: task for task in plan.tasks}


def test_columns_are_recognised_by_their_english_names() -> None:
    tasks = file("plain.csv")

    basil, report, hello = tasks["Repot the basil"], tasks["File the report"], tasks['Say "hello"']
    assert (basil.due, basil.priority, basil.project) == (date(2026, 11, 24), 3, "Garden")
    assert (basil.labels, basil.duration_minutes) == (("plants", "weekend"), 30)
    assert report.due == datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
    assert (report.done, report.completed_at) == (True, None)
    assert (hello.description, hello.duration_minutes) == ("=SUM(A1:A9)", 90)


def test_columns_are_recognised_by_their_russian_names_and_old_encoding() -> None:
    tasks = file("russian_cp1251.csv")

    rent, tickets, keys = (
        tasks[name] for name in ("Заплатить за квартиру", "Купить билеты", "Найти ключи")
    )
    assert (rent.due, rent.priority, rent.in_progress) == (date(2026, 12, 1), 3, True)
    assert (rent.description, rent.labels) == ("Первое;\nвторое", ("деньги", "счета"))
    assert rent.rule is not None
    assert (tickets.due, tickets.done) == (datetime(2026, 11, 24, 17, 45, tzinfo=UTC), True)
    assert (keys.priority, keys.cancelled) == (1, True)


def test_a_child_may_stand_before_its_parent_in_utf16_with_tabs() -> None:
    tasks = file("tabs_utf16.txt")

    assert tasks["Pack the bags"].parent == tasks["Travel"].external_id
    assert tasks["Travel"].start_on == date(2026, 12, 1)
    assert tasks["Travel"].deadline_on == date(2026, 12, 4)


def test_the_caller_says_what_columns_mean_by_name_or_by_number() -> None:
    text = "What|When|Who\nSweep|03/04/26|Ida\n"

    task = the_one(text, mapping={"title": "what", "due": 2}, day_first=True)

    assert (task.title, task.due) == ("Sweep", date(2026, 4, 3))


def test_a_table_without_a_header_is_read_by_numbers() -> None:
    plan = read("Sweep;high\nMop;low\n", mapping={"title": 1, "priority": 2}, has_header=False)

    assert [(task.line, task.title, task.priority) for task in plan.tasks] == [
        (1, "Sweep", 3),
        (2, "Mop", 1),
    ]


def test_dates_are_written_as_the_caller_says() -> None:
    task = the_one("Title,Due\nSweep,24 Dec 2026 18h\n", date_format="%d %b %Y %Hh")

    assert task.due == datetime(2026, 12, 24, 17, 0, tzinfo=UTC)


def test_one_date_that_reads_one_way_only_decides_for_the_column() -> None:
    plan = read("Title,Due\nA,03/04/2026\nB,25/04/2026\n")

    assert [task.due for task in plan.tasks] == [date(2026, 4, 3), date(2026, 4, 25)]


def test_dates_that_read_two_ways_are_refused_until_somebody_says() -> None:
    with pytest.raises(UnreadableImportError) as refused:
        importers.parse("csv", "Title,Due\nA,03/04/2026\n", zone=BERLIN, keep_refused=True)

    assert (refused.value.line, refused.value.said) == (2, {"text": "03/04/2026"})


def test_labels_are_split_as_the_caller_says() -> None:
    task = the_one("Title,Tags\nSweep,home/dust\n", label_separator="/")

    assert task.labels == ("home", "dust")


@pytest.mark.parametrize(
    ("text", "columns", "line"),
    [
        ("", {}, None),
        ("Weather\nrain\n", {}, 1),
        ("Title,Title\nA,B\n", {"mapping": {"title": "title"}}, 1),
        ("Title\nA\n", {"mapping": {"due": "Deadline"}}, 1),
        ("Title\nA\n", {"mapping": {"due": 9}}, 1),
        ('Title,Notes\nA,b\n"B,"c\n', {}, 3),
        ('Title,Notes\nA,"never closed\nC,d\n', {}, 2),
        ("Title,Notes\nA,b,c\n", {}, 2),
        ("Title,Due\n\nA,2026-02-30\n", {}, 3),
        ("Title,Due\nA,someday\n", {}, 2),
        ("Title\nA\n \n", {"mapping": {"title": 1, "due": 2}}, 1),
    ],
)
def test_a_damaged_table_names_the_line(
    text: str, columns: dict[str, object], line: int | None
) -> None:
    with pytest.raises(UnreadableImportError) as refused:
        read(text, **columns)

    assert refused.value.line == line


def test_cells_that_mean_nothing_cost_a_warning_and_no_more() -> None:
    plan = read("Title,Priority,Status,Estimate\nSweep,purple,maybe,a while\n")

    assert [task.title for task in plan.tasks] == ["Sweep"]
    assert {note.message for note in plan.warnings} == {
        "The status “maybe” means nothing here.",
        "The duration “a while” means nothing here.",
        "The priority “purple” means nothing here.",
    }


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfTitle\n", "Title\n"),
        ("Задача\n".encode(), "Задача\n"),
        ("Задача\n".encode("cp1251"), "Задача\n"),
        ("Jürgens café\n".encode("cp1252"), "Jürgens café\n"),
        ("Title\n".encode("utf-16"), "Title\n"),
        ("Title;Due\n".encode("utf-16-le"), "Title;Due\n"),
        ("Title;Due\n".encode("utf-16-be"), "Title;Due\n"),
    ],
)
def test_the_bytes_of_a_file_show_their_encoding(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_what_is_no_text_names_the_line() -> None:
    with pytest.raises(UnreadableImportError) as refused:
        decode(b"Title\nA\n\x00B\n")

    assert refused.value.line == 3


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90", 90), ("1h 30m", 90), ("1:30", 90), ("1,5 часа", 90), ("2 days", 2880), ("45 мин", 45)],
)
def test_durations(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    ("text", "clock"),
    [("14:30", time(14, 30)), ("2:30 PM", time(14, 30)), ("12:05 am", time(0, 5))],
)
def test_clocks(text: str, clock: time) -> None:
    assert clock_of(text) == clock


@given(st.text(max_size=80))
def test_any_cell_is_read_or_refused(text: str) -> None:
    for reader in (Dates().read, Dates("%d.%m.%Y").read, clock_of, minutes_of):
        try:
            reader(text)
        except CellError:
            continue


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    try:
        text = decode(content)
    except UnreadableImportError:
        return
    assert "\x00" not in text


@pytest.mark.parametrize("piece", ["1h ", "03/04/2026 ", "9", " ", "(", '"', ","])
def test_long_cells_and_texts_take_no_time(piece: str) -> None:
    text = piece * 200_000

    for reader in (Dates().read, clock_of, minutes_of):
        with pytest.raises(CellError):
            reader(text + "?")
    with pytest.raises(UnreadableImportError):
        read(text)
