"""Dates with the name of a month: "15 jan", "January 15, 2027", "двадцать пятое мая", "in August"."""

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases.dates_line import Line, Reading, on
from questlog.planning.phrases.kinds import Kind, Unit
from questlog.planning.phrases.lexicon import MONTH_PREPOSITIONS

# A number after a date is its year only among these: "15 jan 1000 copies".
YEARS = range(1900, 2200)
SHORT_YEAR = 2
LAST_DAY = 31
# "The budget of 2024 may change."
VERBS = frozenset({"may", "march"})


def read_date(line: Line, at: int) -> Reading | None:
    """Return the day and month that begin at `at`, in either order."""
    day_first = _day_month(line, at)
    month_first = _month_day(line, at)
    named = day_first or month_first
    if named is None:
        return None
    end, day, month = named
    end, year = _year(line, end)
    if year is None:
        found = calendar.upcoming(line.today, month, day)
    else:
        found = calendar.day_of(year, month, day)
    return on(found, end)


def read_month(line: Line, at: int, preposition: str) -> Reading | None:
    """Return the first day of a month that is named with its year, or after "in"."""
    month = line.meaning(at, Kind.MONTH)
    if month is None or line.number(at - 1) is not None:
        return None
    end, year = _year(line, _joint(line, at + 1), may_be_short=False)
    if year is not None:
        day = calendar.day_of(year, month, 1)
        return on(day, end)
    if line.number(at + 1) is not None or not (line.is_whole or preposition in MONTH_PREPOSITIONS):
        return None
    day = calendar.upcoming_month(line.today, month)
    return on(day, at + 1)


def read_year_first(line: Line, at: int) -> Reading | None:
    """Return a date or a month that begins with its year: "2012/Aug/10", "2024 August"."""
    year = line.number(at)
    name = _joint(line, at + 1)
    month = line.meaning(name, Kind.MONTH)
    if year is None or month is None or year not in YEARS:
        return None
    if name == at + 1 and line.word(name) in VERBS:
        return None
    found = number_of_day(line, _joint(line, name + 1))
    if found is not None and found[0] > name + 2:
        return on(calendar.day_of(year, month, found[1]), found[0])
    return on(calendar.day_of(year, month, 1), name + 1)


def read_edge(line: Line, at: int, edge: int) -> Reading | None:
    """Return the first, middle or last day of the month named at `at`."""
    month = line.meaning(at, Kind.MONTH)
    if month is None:
        return None
    end, year = _year(line, at + 1)
    first = calendar.day_of(line.today.year if year is None else year, month, 1)
    day = first and calendar.edge(first, Unit.MONTH, 0, edge)
    if year is None and first is not None and day is not None and day < line.today:
        after = calendar.add(first, Unit.YEAR, 1)
        day = after and calendar.edge(after, Unit.MONTH, 0, edge)
    return on(day, end)


def number_of_day(line: Line, at: int) -> tuple[int, int, bool] | None:
    """Return where the number of a day ends, the number, and whether it is an ordinal: "15", "15th", "пятое"."""
    number = line.number(at)
    if number is not None:
        if not 0 < number <= LAST_DAY or len(line.word(at)) > 2:
            return None
        suffix = at + 2 if line.word(at + 1) == "-" and line.joined(at + 2) else at + 1
        if line.joined(suffix) and line.means(suffix, Kind.SUFFIX):
            return suffix + 1, number, True
        return at + 1, number, False
    tens = line.meaning(at, Kind.TENS)
    last = at if tens is None else line.skip_mark(at + 1, "-")
    ordinal = line.meaning(last, Kind.NTH)
    if ordinal is None or (tens is not None and ordinal > 9):
        return None
    return last + 1, (tens or 0) + ordinal, True


def _day_month(line: Line, at: int) -> tuple[int, int, int] | None:
    found = number_of_day(line, at)
    if found is None:
        return None
    name = line.skip(_joint(line, found[0]), Kind.OF)
    month = line.meaning(name, Kind.MONTH)
    return None if month is None else (_joint(line, name + 1), found[1], month)


def _month_day(line: Line, at: int) -> tuple[int, int, int] | None:
    month = line.meaning(at, Kind.MONTH)
    if month is None:
        return None
    place = line.skip(line.skip_mark(_joint(line, at + 1), ","), Kind.OF)
    found = number_of_day(line, place)
    if found is None or line.word(found[0]) == ":" or line.means(found[0], Kind.HALF_DAY):
        return None
    return _joint(line, found[0]), found[1], month


def _joint(line: Line, at: int) -> int:
    """Return the place after the mark in "10-August-2012", "10/August" or "Mar. 6"."""
    after = line.skip_mark(at, "-/.")
    follows = line.token(after)
    goes_on = follows is not None and (follows.is_number or follows.is_word)
    is_joint = line.joined(at) and goes_on and (line.joined(after) or line.word(at) == ".")
    return after if is_joint else at


def _year(line: Line, at: int, *, may_be_short: bool = True) -> tuple[int, int | None]:
    """Return where the year ends, and the year; without one, `at` and None."""
    place = line.skip_mark(at, ",")
    choice = line.meaning(place, Kind.CHOICE)
    if choice is not None and line.meaning(place + 1, Kind.UNIT) == Unit.YEAR:
        return place + 2, line.today.year + choice
    place = line.skip(place, Kind.OF)
    number = line.number(place)
    if number is None or line.word(place + 1) == ":":
        return at, None
    end = place + 1
    if number in YEARS:
        return after_year(line, end), number
    text = line.word(place)
    if may_be_short and len(text) == SHORT_YEAR and line.ends_at(end):
        return end, calendar.full_year(text)
    return at, None


def after_year(line: Line, at: int) -> int:
    """Return the place after "года" or "г."."""
    if not line.means(at, Kind.YEAR_WORD):
        return at
    return line.skip_mark(at + 1, ".") if line.word(at) == "г" else at + 1
