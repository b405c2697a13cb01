"""Days by their names: "tomorrow", "next friday", "15 января 2027 года", "end of next month", "the 15th"."""

from collections.abc import Callable

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases import (
    dates_clock,
    dates_months,
    dates_numeric,
    dates_offsets,
    dates_places,
)
from questlog.planning.phrases.dates_line import Line, Reading, on
from questlog.planning.phrases.kinds import Kind, Part, Unit
from questlog.planning.phrases.lexicon import (
    ALONE,
    ARTICLES,
    BOUND,
    COUNTED,
    EDGE_DAYS,
    UNSURE,
)

RUNNING, COMING = 0, 1


def read(line: Line, at: int) -> Reading | None:
    """Return the longest phrase about a day that begins at `at`, with its preposition if it has one."""
    preposition = line.word(at) if line.means(at, Kind.ON) or line.means(at, Kind.IN) else ""
    start = line.skip(at, Kind.ON, Kind.IN)
    if line.word(at) == "at" and line.plays(line.skip(at + 1, Kind.OF), Kind.EDGE, Kind.WEEKEND):
        preposition, start = "at", at + 1  # "at the end of the month", "at the weekend"
    if preposition == "due":
        start = line.skip(start, Kind.ON)
    if start > at:
        start = line.skip(start, Kind.OF)
    return _longest(
        _by_name(line, start, preposition),
        _from_day(line, at),
        dates_offsets.read(line, start if line.means(start, Kind.AHEAD) else at),
    )


def _by_name(line: Line, at: int, preposition: str) -> Reading | None:
    token = line.token(at)
    if token is None or not (token.meanings or token.is_number):
        return None
    rules = RULES_OF_NUMBERS if token.is_number else RULES_OF_WORDS
    return _longest(*(rule(line, at, preposition) for rule in rules))


def _longest(*found: Reading | None) -> Reading | None:
    return max((said for said in found if said), key=lambda said: said.end, default=None)


def _from_day(line: Line, at: int) -> Reading | None:
    """A distance from a day that has a name: "2 days after next friday", "за неделю до 1 мая"."""
    start = at + 1 if line.word(at) == "за" else line.skip(at, Kind.OF)
    found = dates_offsets.distance(line, start, bare=True)
    direction = found and line.meaning(found.end, Kind.AFTER)
    if found is None or not direction:
        return None
    base = _by_name(line, found.end + 1, line.word(found.end))
    return base and on(dates_offsets.moved_day(base.day, found, direction), base.end)


def _named(line: Line, at: int, preposition: str) -> Reading | None:
    if (part := line.meaning(at, Kind.TONIGHT)) is not None:
        return Reading(at + 1, line.today, part=Part(part))
    days = line.meaning(at, Kind.DAY)
    if days is None and line.is_whole and line.word(at) in ("now", "сейчас"):
        days = 0
    if days is None or (line.word(at) in ALONE and not line.is_whole):
        return None
    day = calendar.add(line.today, Unit.DAY, days)
    return on(day, at + 1)


def _weekday(line: Line, at: int, preposition: str) -> Reading | None:
    choice = line.meaning(at, Kind.CHOICE)
    name = line.skip(at, Kind.CHOICE, Kind.COMING)
    weekday = line.meaning(name, Kind.WEEKDAY)
    if weekday is None or preposition not in BOUND.get(line.word(name), {preposition}):
        return None
    end, weeks = _week(line, line.skip(line.skip_mark(name + 1, ","), Kind.ON, Kind.OF))
    if weeks is not None:
        return on(calendar.weekday_of_week(line.today, weekday, weeks, line.first_weekday), end)
    if (dated := _date_after(line, name + 1)) is not None:
        return dated
    if name == at and not preposition and not _is_believed(line, name):
        return None
    if choice is None:
        return on(calendar.weekday_after(line.today, weekday), name + 1)
    day = calendar.chosen_weekday(line.today, weekday, choice, line.first_weekday)
    return on(day, name + 1)


def _is_believed(line: Line, at: int) -> bool:
    """ "Buy sun cream" names no day; "Call Ann, sun" and "sun 9am" do. "Second friday" is not said to the end."""
    if line.is_whole or line.means(at - 1, Kind.PLACE):
        return line.is_whole
    if line.word(at) not in UNSURE:
        return True
    if dates_clock.read(line, at + 1) is not None:
        return True
    return line.ends_at(at + 1) and line.word(at - 1) not in ARTICLES


def _date_after(line: Line, at: int) -> Reading | None:
    """A date beside a weekday is the more exact of the two: "Sunday, December 7, 2014"."""
    at = line.skip_mark(line.skip_mark(at, "."), ",")
    found = dates_months.read_date(line, at) or dates_numeric.read(line, at, "on")
    if found is not None:
        return found
    number = dates_months.number_of_day(line, line.skip(at, Kind.OF))
    if number is None or not line.means(number[0] - 1, Kind.SUFFIX):
        return None
    return on(calendar.upcoming_number(line.today, number[1]), number[0])  # "friday the 13th"


def _week(line: Line, at: int) -> tuple[int, int | None]:
    """Return where "next week" ends, and how many weeks from the running one it lies."""
    at = line.skip(at, Kind.OF)
    choice = line.meaning(at, Kind.CHOICE)
    is_week = choice is not None and line.meaning(at + 1, Kind.UNIT) == Unit.WEEK
    return (at + 2, choice) if is_week else (at, None)


def _weekday_of_week(line: Line, at: int, preposition: str) -> Reading | None:
    end, weeks = _week(line, at)
    if weeks is None:
        return None
    end = line.skip(line.skip_mark(end, ","), Kind.ON)
    weekday = line.meaning(end, Kind.WEEKDAY)
    if weekday is None:
        return None
    day = calendar.weekday_of_week(line.today, weekday, weeks, line.first_weekday)
    return on(day, end + 1)


def _period(line: Line, at: int, preposition: str) -> Reading | None:
    """What is running is meant until its end, what is to come from its beginning."""
    choice = line.meaning(at, Kind.CHOICE)
    if choice is None or (choice < RUNNING and not (line.is_whole or preposition)):
        return None
    unit = line.meaning(at + 1, Kind.UNIT)
    if unit is None or unit < Unit.WEEK:
        return None
    first, last = calendar.period(line.today, Unit(unit), choice, line.first_weekday)
    return on(last if choice == RUNNING else first, at + 2)


def _weekend(line: Line, at: int, preposition: str) -> Reading | None:
    name = line.skip(at, Kind.CHOICE, Kind.COMING)
    if not line.means(name, Kind.WEEKEND) or not (preposition or line.is_whole or name > at):
        return None
    return on(calendar.weekend(line.today, line.meaning(at, Kind.CHOICE) or 0), name + 1)


def _edge(line: Line, at: int, preposition: str) -> Reading | None:
    if (unit := line.meaning(at, Kind.PERIOD_END)) is not None:
        return on(calendar.period(line.today, Unit(unit), 0, line.first_weekday)[1], at + 1)
    edge = line.meaning(at, Kind.EDGE)
    if edge is None:
        return None
    after = at + 1
    if line.word(at) in EDGE_DAYS:
        if line.meaning(after, Kind.UNIT) != Unit.DAY:
            return None
        after += 1
    end = line.skip(line.skip(line.skip_mark(after, "-"), Kind.OF), Kind.OF)
    if end == after and line.word(at).isascii() and line.word(at) != "mid":
        return None  # "start week planning"
    return _edge_of_period(line, end, edge) or dates_months.read_edge(line, end, edge)


def _edge_of_period(line: Line, at: int, edge: int) -> Reading | None:
    name = line.skip(at, Kind.CHOICE)
    unit = line.meaning(name, Kind.UNIT)
    if unit is None or unit < Unit.DAY:
        return None
    choice = line.meaning(at, Kind.CHOICE)
    ahead = choice or 0
    day = calendar.edge(line.today, Unit(unit), ahead, edge, line.first_weekday)
    if choice is None and day is not None and day < line.today:
        day = calendar.edge(line.today, Unit(unit), COMING, edge, line.first_weekday)
    return on(day, name + 1)


def _day_number(line: Line, at: int, preposition: str) -> Reading | None:
    """A number of the running month, or of the next one once it is over: "the 15th", "15 числа"."""
    found = dates_months.number_of_day(line, line.skip(at, Kind.OF))
    if found is None:
        return None
    end, number, is_ordinal = found
    if line.means(end, Kind.DAY_NUMBER):
        return on(calendar.upcoming_number(line.today, number), end + 1)
    if not is_ordinal:
        return None
    month, ahead = _month_after(line, end)
    if ahead is not None:
        start = calendar.period(line.today, Unit.MONTH, ahead)[0]
        return on(start and calendar.day_of(start.year, start.month, number), month)
    if line.is_whole or _is_day_number(line, end, preposition):
        return on(calendar.upcoming_number(line.today, number), end)
    return None


def _month_after(line: Line, at: int) -> tuple[int, int | None]:
    """Return where "of next month" ends, and how many months from the running one it lies."""
    name = line.skip(line.skip(at, Kind.OF), Kind.OF)
    choice = line.meaning(name, Kind.CHOICE)
    unit = name if choice is None else name + 1
    is_month = unit > at and line.meaning(unit, Kind.UNIT) == Unit.MONTH and choice is not None
    return (unit + 1, choice) if is_month else (at, None)


def _is_day_number(line: Line, end: int, preposition: str) -> bool:
    """ "5th floor", "the second book" and "the 15th anniversary" are no days."""
    if not line.means(end - 1, Kind.SUFFIX):
        return False
    if preposition:
        return line.word(end) not in COUNTED
    return line.ends_at(end) or dates_clock.read(line, end) is not None


def _month(line: Line, at: int, preposition: str) -> Reading | None:
    return (
        dates_months.read_date(line, line.skip(at, Kind.OF))
        or dates_months.read_year_first(line, at)
        or dates_months.read_month(line, at, preposition)
    )


Rule = Callable[[Line, int, str], Reading | None]
RULES_OF_WORDS: tuple[Rule, ...] = (
    _named,
    _weekday,
    _weekday_of_week,
    _period,
    _weekend,
    _edge,
    dates_places.read,
    _day_number,
    _month,
)
RULES_OF_NUMBERS: tuple[Rule, ...] = (_day_number, _month, dates_numeric.read)
