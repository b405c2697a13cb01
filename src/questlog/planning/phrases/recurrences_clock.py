"""Times of day and the two dates of a phrase: "at 9am", "в 7 вечера", "starting 1 Dec", "до 5 мая"."""

import re
from datetime import date, datetime, time

from questlog.planning.phrases import dates
from questlog.planning.phrases.recurrences_lexicon import MONTHS, NAMED_TIMES, PARTS
from questlog.planning.phrases.recurrences_tokens import END, Cursor

CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})"
    r"(?:(?P<mark>[:.])(?P<minute>[0-9]{2})|(?P<military>[0-9]{2}))?(?![0-9])"
    r"(?:\s{0,9}(?P<half>am|pm|a\.m\.|p\.m\.|утра|дня|вечера|ночи|часов|часа|час|ч|h|o'clock)(?![^\W_]))?"
)
ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
# The date of a bound is looked for in so much text.
LONGEST_DATE = 60


def clock(cursor: Cursor, *, is_told: bool) -> time | None:
    """Take a time of day. Unless "at" or "в" told of one, it has to show itself by "am" or a colon."""
    named = cursor.look_up(NAMED_TIMES)
    if named is not None:
        return named
    token = cursor.peek()
    found = None if token is END else CLOCK.match(cursor.small, token.start)
    if found is None or not (is_told or found["half"] or found["mark"] == ":"):
        return None
    at = _time(found)
    if at is not None:
        cursor.skip_to(found.end())
    return at


def part_of_day(cursor: Cursor) -> time | None:
    return cursor.look_up(PARTS)


def _time(found: re.Match[str]) -> time | None:
    hour, minute = int(found["hour"]), int(found["minute"] or found["military"] or 0)
    half = (found["half"] or "").replace(".", "")
    if half in ("am", "pm", "утра", "дня", "вечера") and hour > 12:
        return None
    if half in ("pm", "вечера") or (half == "дня" and hour < 6):
        hour = hour % 12 + 12
    elif half == "am" or (half == "ночи" and hour == 12):
        hour %= 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def day(cursor: Cursor, now: datetime) -> tuple[date, time | None] | None:
    """Take a date; one without a year is the first that has not passed at `now`."""
    place = cursor.at
    found = _in_figures(cursor) or _with_month(cursor, now.date())
    if found is not None:
        return found, None
    cursor.at = place
    return _in_other_words(cursor, now)


def _in_figures(cursor: Cursor) -> date | None:
    token = cursor.peek()
    found = None if token is END else ISO.match(cursor.small, token.start)
    if found is None:
        return None
    cursor.skip_to(found.end())
    return _date(int(found[1]), int(found[2]), int(found[3]))


def _with_month(cursor: Cursor, today: date) -> date | None:
    """Take "1 dec", "31 Jan 2027", "January 1, 2027", "1 марта 2027 года", and "december" for its first day."""
    number = _number(cursor)
    month = cursor.look_up(MONTHS)
    if month is None:
        return None
    if cursor.peek().text == "." and cursor.peek(1).number is not None:
        cursor.at += 1
    if number is None and _is_day(cursor):
        number = _number(cursor)
    year = _year(cursor)
    if year is not None:
        return _date(year, month, number or 1)
    return _coming(today, month, number or 1)


def _is_day(cursor: Cursor) -> bool:
    number = cursor.peek().number
    return (
        number is not None
        and number <= 31
        and len(cursor.peek().text) < 5
        and (cursor.peek(1).text not in (":", ".") or cursor.peek(2).number is None)
    )


def _number(cursor: Cursor) -> int | None:
    number = cursor.peek().number
    if number is None or not 1 <= number <= 31:
        return None
    cursor.at += 1
    if cursor.peek().text == "." and cursor.peek(1).text in MONTHS:
        cursor.at += 1
    return number


def _year(cursor: Cursor) -> int | None:
    comma = cursor.peek().text == ","
    token = cursor.peek(int(comma))
    if token.number is None or len(token.text) != 4 or cursor.peek(int(comma) + 1).text == ":":
        return None
    cursor.at += 1 + comma
    cursor.take(("года", "г"))
    return token.number


def _coming(today: date, month: int, number: int) -> date | None:
    """Return the first such day from today; 29 February waits for its leap year."""
    for year in range(today.year, today.year + 9):
        found = _date(year, month, number)
        if found is not None and found >= today:
            return found
    return None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _in_other_words(cursor: Cursor, now: datetime) -> tuple[date, time | None] | None:
    token = cursor.peek()
    if token is END:
        return None
    last = cursor.tokens[cursor.stop - 1].end
    piece = cursor.small[token.start : min(last, token.start + LONGEST_DATE)]
    found = next(iter(dates.find(piece, now=now)), None)
    if found is None or found.start != 0:
        return None
    cursor.skip_to(token.start + found.end)
    return found.day, found.time
