"""What a rule is called on the way in and on the way out."""

import time
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from questlog.planning import recurrence
from questlog.planning.recurrence import RecurrenceError


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("daily", "FREQ=DAILY"),
        ("weekly", "FREQ=WEEKLY"),
        ("biweekly", "FREQ=WEEKLY;INTERVAL=2"),
        ("monthly", "FREQ=MONTHLY"),
        ("yearly", "FREQ=YEARLY"),
    ],
)
def test_the_five_words_and_their_rules_are_the_same(word: str, rule: str) -> None:
    named, written = (
        recurrence.parse(f" {word.title()} "),
        recurrence.parse(f"RRULE:{rule.lower()};"),
    )

    assert named == written
    assert recurrence.wire_name(written) == word


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("FREQ=WEEKLY;BYDAY=TH,MO,MO", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("FREQ=DAILY;INTERVAL=1;WKST=SU", "daily"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU"),
        ("COUNT=3;FREQ=MONTHLY;BYDAY=+1MO", "FREQ=MONTHLY;BYDAY=1MO;COUNT=3"),
        ("FREQ=DAILY;UNTIL=20261231T225959Z", "FREQ=DAILY;UNTIL=20261231"),
    ],
)
def test_a_rule_is_written_in_one_normal_form(written: str, normal: str) -> None:
    assert recurrence.wire_name(recurrence.parse(written)) == normal


def test_an_end_in_utc_is_the_day_people_saw_on_the_wall() -> None:
    text = "FREQ=DAILY;UNTIL=20261201T045959Z"

    rule = recurrence.parse(text, zone=ZoneInfo("America/New_York"))

    assert rule.until == date(2026, 11, 30)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hourly",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=100000000",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=1_0",
        "FREQ=DAILY;INTERVAL=٣",
        "FREQ=DAILY;INTERVAL=99999",
        "FREQ=YEARLY;INTERVAL=13",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=99999",
        "FREQ=DAILY;COUNT=2;UNTIL=20261231",
        "FREQ=DAILY;UNTIL=20260230",
        "FREQ=DAILY;UNTIL=99991231T235959Z" + "Z",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=YEARLY;BYWEEKNO=20",
        "DTSTART:20260101\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;WKST=2MO",
        "FREQ=DAILY;" + "X" * 600,
    ],
)
def test_what_is_no_rule_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(RecurrenceError) as refused:
        recurrence.parse(text)

    assert refused.value.message.endswith(".")
    assert refused.value.status == 422


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
    ],
)
def test_a_rule_that_no_date_fits_is_refused_at_once(text: str) -> None:
    started = time.perf_counter()

    with pytest.raises(RecurrenceError, match="No date"):
        recurrence.parse(text)

    assert time.perf_counter() - started < 0.2
