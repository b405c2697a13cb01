"""Times of day: "17:00", "5pm", "at 9", "in the evening", "в 5 вечера", "noon"."""

from datetime import time

from questlog.planning.phrases import dates_calendar as calendar
from questlog.planning.phrases.dates_line import Line, Reading
from questlog.planning.phrases.kinds import Kind, Part, Unit
from questlog.planning.phrases.lexicon import MEANINGS

HOURS = 24
NOON = 12


def read(line: Line, at: int, *, after_day: bool = False) -> Reading | None:
    """Return the time of day that begins at `at`; after a day ("tomorrow morning") less has to be said."""
    start = line.skip(at, Kind.AT, Kind.BARE_AT)
    if line.word(at) == "@" and line.joined(start):
        return None  # "@7pm" is a label
    return (
        _clock(line, start, is_introduced=line.means(at, Kind.BARE_AT))
        or _half_past(line, start)
        or _named(line, start, is_introduced=start > at or after_day or line.is_whole)
        or _part(line, at, after_day=after_day or line.is_whole)
    )


def _half_past(line: Line, at: int) -> Reading | None:
    """ "Half past six" and "в половине седьмого", in Russian half of the seventh hour, are the same."""
    if line.word(at) == "half" and line.word(at + 1) == "past":
        hour = line.number(at + 2) or line.meaning(at + 2, Kind.COUNT)
        end = at + 3
    elif line.word(at) in ("половине", "половину", "половины"):
        hour, end = (line.meaning(at + 1, Kind.NTH) or 0) - 1, at + 2
    else:
        hour, end = MEANINGS.get(line.word(at).removeprefix("пол"), {}).get(Kind.NTH, 0) - 1, at + 1
    if hour is None or not 0 <= hour <= NOON or not line.word(at).startswith(("half", "пол")):
        return None
    part = _hour_part(line, end, is_introduced=True)
    if part is not None:
        return _of_part(hour or NOON, 30, part)
    return _at(hour or NOON, 30, end, is_open=True)


def _named(line: Line, at: int, *, is_introduced: bool) -> Reading | None:
    """ "Watch Midnight in Paris" names no hour."""
    hour = line.meaning(at, Kind.NAMED_HOUR)
    kinds = (Kind.DAY, Kind.WEEKDAY, Kind.CHOICE, Kind.ON)
    is_sure = is_introduced or line.ends_at(at + 1) or line.plays(at + 1, *kinds)
    if hour is None or not is_sure:
        return None
    return Reading(at + 1, clock=time(hour))


def _part(line: Line, at: int, *, after_day: bool) -> Reading | None:
    if (choice := line.meaning(at, Kind.CHOICE)) is not None:
        part = _part_word(line, at + 1)
        if part is None or choice > 0:
            return None
        return Reading(at + 2, calendar.add(line.today, Unit.DAY, choice), part=part)
    is_introduced = (
        line.means(at, Kind.IN) or line.means(at, Kind.AT) or line.means(at, Kind.BARE_AT)
    )
    start = line.skip(at + 1, Kind.OF) if is_introduced else at
    part = _part_word(line, start)
    if part is None:
        return None
    is_adverb = line.means(start, Kind.PART_ADVERB)
    return Reading(start + 1, part=part) if is_adverb or is_introduced or after_day else None


def _part_word(line: Line, at: int) -> Part | None:
    value = line.meaning(at, Kind.PART_ADVERB) or line.meaning(at, Kind.PART)
    return Part(value) if value is not None else None


def _clock(line: Line, at: int, *, is_introduced: bool) -> Reading | None:
    if line.means(at, Kind.OCLOCK) and line.means(at + 1, Kind.PART_OF_HOUR):
        return _of_part(1, 0, _hour_part(line, at + 1, is_introduced=True))  # "в час дня"
    hour = line.number(at)
    if hour is None:
        hour = line.meaning(at, Kind.COUNT)
    if hour is None or (len(line.word(at)) > 2 and line.number(at) is not None):
        return None
    end, minute = _minutes(line, at + 1, is_introduced=is_introduced)
    if (ended := _half_day(line, end)) is not None:
        return _of_half_day(hour, minute or 0, *ended)
    if (part := _hour_part(line, end, is_introduced=is_introduced)) is not None:
        return _of_part(hour, minute or 0, part)
    if line.means(end, Kind.TONIGHT) and 0 < hour <= NOON:
        return Reading(end + 1, line.today, time(Part.NIGHT.hour(hour), minute or 0))
    if minute is not None:
        return _at(hour, minute, end, is_open=not line.word(at).startswith("0"))
    is_said = is_introduced or (_oclock(line, end) > end and not line.means(end, Kind.OCLOCK))
    return _bare(line, hour, end) if is_said else None


def _bare(line: Line, hour: int, end: int) -> Reading | None:
    """A bare hour is one only where nothing follows that it could count: "at 9", not "at 9 places"."""
    said = _oclock(line, end)
    if said == end and not line.ends_at(end) and not _connects(line, end):
        return None
    if line.word(end) in ("-", "–", "—") and line.number(end + 1) is not None:
        return None  # a range, of whatever
    return _at(hour, 0, said, is_open=True)


def _connects(line: Line, at: int) -> bool:
    kinds = (Kind.CONNECTS, Kind.DAY, Kind.WEEKDAY, Kind.CHOICE, Kind.PART_ADVERB)
    return line.plays(at, *kinds)


def _at(hour: int, minute: int, end: int, *, is_open: bool) -> Reading | None:
    if hour >= HOURS or minute >= 60:
        return None
    return Reading(end, clock=time(hour, minute), is_open=is_open and 0 < hour <= NOON)


def _of_half_day(hour: int, minute: int, end: int, added: int) -> Reading | None:
    if not 0 < hour <= NOON:
        return None
    return _at(hour % NOON + added, minute, end, is_open=False)


def _of_part(hour: int, minute: int, part: tuple[int, Part] | None) -> Reading | None:
    if part is None or hour >= HOURS:
        return None
    return _at(part[1].hour(hour), minute, part[0], is_open=False)


def _minutes(line: Line, at: int, *, is_introduced: bool) -> tuple[int, int | None]:
    """Return the minutes after a colon, or after a point where "at" came before; seconds are read and dropped."""
    mark = line.word(at)
    if mark != ":" and not (mark == "." and is_introduced):
        return at, None
    if not _is_two_digits(line, at):
        return at, None
    end = at + 2
    if mark == ":" and line.word(end) == ":" and _is_two_digits(line, end):
        end += 2
    return end, int(line.word(at + 1))


def _is_two_digits(line: Line, mark: int) -> bool:
    touches = line.joined(mark) and line.joined(mark + 1)
    return touches and len(line.word(mark + 1)) == 2 and line.number(mark + 1) is not None


def _half_day(line: Line, at: int) -> tuple[int, int] | None:
    """Return where "pm" or "p.m." ends and the hours it adds."""
    if (added := line.meaning(at, Kind.HALF_DAY)) is not None:
        return at + 1, added
    if line.word(at) in ("a", "p") and line.word(at + 1) == "." and line.word(at + 2) == "m":
        return line.skip_mark(at + 3, "."), NOON if line.word(at) == "p" else 0
    return None


def _hour_part(line: Line, at: int, *, is_introduced: bool) -> tuple[int, Part] | None:
    """Return where "in the evening", "at night", "вечера" or "часов вечера" ends, and which part it is."""
    after = line.skip(at, Kind.OCLOCK)
    part = line.meaning(after, Kind.PART_OF_HOUR)
    if part is not None:
        # "2 дня" are two days, "в 2 дня" and "2 часа дня" are a time.
        is_said = is_introduced or after > at or part != Part.AFTERNOON
        return (after + 1, Part(part)) if is_said else None
    if line.word(at) not in ("in", "at"):
        return None
    noun = line.skip(at + 1, Kind.OF)
    part = line.meaning(noun, Kind.PART)
    return None if part is None else (noun + 1, Part(part))


def _oclock(line: Line, at: int) -> int:
    if line.word(at) == "o":
        clock = line.skip_mark(at + 1, "'’")
        return clock + 1 if line.word(clock) == "clock" else at
    return at + 1 if line.word(at) == "oclock" else line.skip(at, Kind.OCLOCK)
