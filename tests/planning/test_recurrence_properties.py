"""What holds for every rule and every date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrulestr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questlog.planning import recurrence, rhythm
from questlog.planning.recurrence import RecurrenceError, Rule
from questlog.planning.rrule import LONGEST_INTERVAL


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


@st.composite
def any_rule_texts(draw: st.DrawFn) -> str:
    """Rules with every part there is, of which many contradict each other and are refused."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    by_period = frequency in ("MONTHLY", "YEARLY")
    numbered = st.tuples(signed(53).map(str) | st.just(""), WEEKDAY).map("".join)
    weekdays = st.just("MO,TU,WE,TH,FR") | listed(numbered if by_period else WEEKDAY)
    parts = {
        "BYMONTH": listed(st.integers(1, 12)),
        "BYMONTHDAY": listed(signed(31)),
        "BYDAY": weekdays,
        "BYSETPOS": listed(signed(366)),
        "WKST": WEEKDAY,
        "COUNT": st.integers(1, 3660),
        "UNTIL": st.dates(max_value=date(9999, 12, 30)).map(
            lambda day: day.isoformat().replace("-", "")
        ),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(parts)), unique=True))
    interval = draw(st.integers(1, LONGEST_INTERVAL[frequency]))
    told = [f"{name}={draw(parts[name])}" for name in chosen]
    return ";".join([f"FREQ={frequency}", f"INTERVAL={interval}", *told])


DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


def parsed(text: str) -> Rule | None:
    try:
        return recurrence.parse(text)
    except RecurrenceError:
        return None


RULES = rule_texts().map(parsed).filter(lambda rule: rule is not None)
ANY_RULES = any_rule_texts().map(parsed).filter(lambda rule: rule is not None)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


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


@settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
@given(ANY_RULES, st.booleans(), st.sampled_from(["en", "ru"]))
def test_the_words_of_a_rule_are_read_as_that_rule(
    rule: Rule, from_completion: bool, language: str
) -> None:
    whole = replace(rule, from_completion=from_completion)

    again = recurrence.read(recurrence.words(whole, language), now=NOW)

    assert again.rule == whole
    assert (again.starting, again.time) == (None, None)


@settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
@given(ANY_RULES, st.booleans())
def test_the_recurrence_of_an_answer_may_be_sent_back(rule: Rule, from_completion: bool) -> None:
    whole = replace(rule, from_completion=from_completion)

    again = recurrence.read(recurrence.wire_name(whole), now=NOW)

    assert again.rule == whole


@given(RULES, DAYS, st.booleans())
def test_the_next_dates_strictly_grow(rule: Rule, due: date, from_completion: bool) -> None:
    series = replace(rule, from_completion=from_completion)

    found = recurrence.upcoming(series, due, anchor=due, done=0)

    assert found == sorted(set(found))
    assert not found or found[0] > due


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
