"""What holds for every format."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from questlog.planning import importers
from questlog.planning.importers import (
    ImportedTask,
    ImportPlan,
    UnknownFormatError,
    UnreadableImportError,
)
from questlog.planning.importers.assembly import assemble

DATA = Path(__file__).parents[2] / "data"
BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES = {
    "icalendar": (DATA / "icalendar" / "house.ics").read_bytes().decode(),
    "taskwarrior": (DATA / "taskwarrior" / "export.json").read_bytes().decode()[:3000],
    "todoist": (DATA / "todoist" / "garden.csv").read_bytes().decode(),
    "ticktick": (DATA / "ticktick" / "backup.csv").read_bytes().decode(),
    "google_tasks": (DATA / "google_tasks" / "Tasks.json").read_bytes().decode(),
    "microsoft_todo": (DATA / "microsoft_todo" / "lists.json").read_bytes().decode(),
    "outlook": (DATA / "outlook" / "tasks.csv").read_bytes().decode("cp1252"),
    "csv": (DATA / "csv" / "plain.csv").read_bytes().decode(),
}


def outcome(format: str, text: str) -> str:
    try:
        importers.parse(format, text, zone=BERLIN)
    except UnreadableImportError:
        return "refused"
    return "read"


def test_a_format_nobody_reads_is_refused_with_the_ones_that_are() -> None:
    with pytest.raises(UnknownFormatError) as refused:
        importers.parse("xml", "<tasks/>", zone=BERLIN)

    assert refused.value.details == {"formats": sorted(importers.READERS)}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 30), st.text(max_size=5)),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_file_is_read_or_refused_and_never_an_error(
    format: str, damages: list[tuple[int, int, str]]
) -> None:
    text = SAMPLES[format]
    for place, length, instead in damages:
        at = place % len(text)
        text = text[:at] + instead + text[at + length :]

    assert outcome(format, text) in {"read", "refused"}


@settings(deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.text(max_size=200))
@example(
    "icalendar",
    "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:a\nDUE:00010101T000000\nEND:VTODO\nEND:VCALENDAR",
)
@example(
    "icalendar",
    "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:\ud800\nUID:\ud800\nEND:VTODO\nEND:VCALENDAR",
)
def test_any_text_is_read_or_refused(format: str, text: str) -> None:
    assert outcome(format, text) in {"read", "refused"}


@pytest.mark.parametrize("format", sorted(SAMPLES))
def test_windows_and_unix_line_ends_and_a_byte_order_mark_mean_the_same(format: str) -> None:
    unix = (
        (DATA / "taskwarrior" / "export.json").read_text(encoding="utf-8")
        if format == "taskwarrior"
        else SAMPLES[format]
    )
    unix = unix.removeprefix("\ufeff").replace("\r\n", "\n")

    plain = importers.parse(format, unix, zone=BERLIN)
    windows = importers.parse(format, "\ufeff" + unix.replace("\n", "\r\n"), zone=BERLIN)

    assert windows == plain


def limited(**fields: object) -> tuple[ImportedTask, list[str]]:
    plan = assembled(**fields)
    return plan.tasks[0], [note.message for note in plan.warnings]


def assembled(**fields: object) -> ImportPlan:
    build: Callable[..., ImportedTask] = ImportedTask
    given = {"line": 7, "external_id": "x", "title": "Sweep", **fields}
    return assemble("test", [build(**given)], [])


def test_titles_names_and_texts_are_brought_within_limits() -> None:
    task, warnings = limited(
        title="word " * 300,
        description="d" * 30_000,
        project="p\u0000" * 600,
        labels=(" Home ", "home", "", "a\tb"),
    )

    assert len(task.title) == 1000
    assert task.description is not None
    assert task.description.startswith("word word")
    assert len(task.description) == 20_000
    assert task.project == "p" * 500
    assert task.labels == ("home", "a b")
    assert len(warnings) == 2


def test_signs_no_database_stores_are_left_out() -> None:
    task, _ = limited(title="a\u0000b\ud800c\u0085 \r\n d", description="one\r\ntwo\x1b")

    assert task.title == "abc d"
    assert task.description == "one\ntwo"


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "\u0000"},
        {"due": date(9999, 12, 31)},
        {"start_on": date(1, 1, 1)},
        {"duration_minutes": 0},
        {"duration_minutes": 10**9},
    ],
)
def test_a_task_beyond_every_limit_is_refused(fields: dict[str, object]) -> None:
    plan = assembled(**fields)

    assert plan.tasks == ()
    assert [one.line for one in plan.refused] == [7]
