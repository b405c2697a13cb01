"""What holds for every rule and every date."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from questlog.planning import recurrence, rhythm
from questlog.planning.recurrence import RecurrenceError, Rule


def signed(limit: int) -> st.SearchStrategy[int]:
    return st.integers(1, limit) | st.integers(-limit, -1)


def listed(items: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.lists(items, min_size=1, max_size=3, unique=True).map(
        lambda some: ",".join(map(str, some))
    )


WEEKDAY = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
NUMBERED = st.tuples(signed(4).map(str), WEEKDAY).map("".join)


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """Rules that name their days, so that the calendar library counts them as we do."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(listed(st.integers(1, 12)))}")
    if frequency in ("DAILY", "WEEKLY") or draw(st.booleans()):
        # Never both kinds at once: the library keeps only days that are of both, the standard says of either.
        numbered = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
        parts.append(f"BYDAY={draw(listed(NUMBERED if numbered else WEEKDAY))}")
    else:
        parts.append(f"BYMONTHDAY={draw(listed(signed(31)))}")
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(listed(signed(3)))}")
    parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    return ";".join(parts)


DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


def parsed(text: str) -> Rule | None:
    try:
        return recurrence.parse(text)
    except RecurrenceError:
        return None


RULES = rule_texts().map(parsed).filter(lambda rule: rule is not None)


@given(st.text() | st.text("FREQ=DAILYWKMON;BYINTUSP0123456789-,:T").map("FREQ=".__add__))
def test_any_text_is_a_rule_or_a_refusal(text: str) -> None:
    rule = parsed(text)

    assert rule is None or recurrence.parse(recurrence.wire_name(rule)) == rule


@given(RULES, st.none() | st.integers(1, 3660), st.none() | DAYS)
def test_a_rule_survives_being_written(rule: Rule, count: int | None, until: date | None) -> None:
    whole = replace(rule, count=count, until=None if count else until)

    again = recurrence.parse(recurrence.wire_name(whole))

    assert again == whole
    assert recurrence.words(again, "en").startswith("every ")
    assert recurrence.words(again, "ru").startswith("кажд")


@given(RULES, DAYS, DAYS, DAYS, st.booleans())
def test_the_next_date_lies_after_today_and_after_the_due_date(
    rule: Rule, due: date, today: date, anchor: date, from_completion: bool
) -> None:
    series = replace(rule, from_completion=from_completion)

    found = recurrence.next_due(series, due, today=today, anchor=anchor, done=0)

    assert found is None or found > max(today, due)


@given(RULES, DAYS, st.integers(0, 4000))
def test_jumping_finds_what_walking_finds(rule: Rule, anchor: date, days: int) -> None:
    after = anchor + timedelta(days)

    jumped = list(islice(rhythm.dates(rule, anchor, after=after, reach=60_000), 3))
    walked = (day for day in rhythm.dates(rule, anchor, after=anchor, reach=60_000) if day > after)

    assert jumped == list(islice(walked, 3))


@settings(deadline=None)
@given(rule_texts(), DAYS)
def test_the_dates_are_those_of_the_calendar_library(text: str, anchor: date) -> None:
    rule = parsed(text)
    end = date(anchor.year + 6, 12, 31)

    ours = [
        day.isoformat()
        for day in rhythm.dates(replace(rule, until=end), anchor, after=anchor - timedelta(1))
    ] if rule else []  # fmt: skip
    theirs = rrulestr(f"DTSTART:{anchor:%Y%m%d}\nRRULE:{text};UNTIL={end:%Y%m%d}")

    assert ours == [moment.date().isoformat() for moment in theirs]
