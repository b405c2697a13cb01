"""One term of a filter: a word, a date, a name, or a field with what it asks for."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from questlog.planning.filters import dates, errors
from questlog.planning.filters import words as spoken
from questlog.planning.filters.errors import FilterSyntaxError, at
from questlog.planning.filters.lexer import Token, pieces, plain
from questlog.planning.filters.tree import (
    Dated,
    Difficulty,
    Duration,
    Leaf,
    Name,
    Named,
    Place,
    Priority,
    Relation,
    Search,
    When,
    Within,
    Word,
)

MOST_STARS = 4
LONGEST_GUESS = 40
MOST_MINUTES = 1_000_000
# A date is understood or not whatever the day is; this one has a morning ahead and a leap year near.
ANY_MOMENT = datetime(2027, 6, 15, 9, 30, tzinfo=UTC)
SIGILS: tuple[tuple[str, Named], ...] = (("##", "branch"), ("#", "project"), ("@", "label"))
UNSUPPORTED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"assigned(?: (?:to|by))?(?: ?:.*)?|назначено.*"), "assigned", errors.PEOPLE),
    (re.compile(r"added by ?:.*"), "added by", errors.PEOPLE),
    (re.compile(r"shared"), "shared", errors.PEOPLE),
    (re.compile(r"(?:/|section ?:).*|no section"), "section", errors.SECTION),
    (re.compile(r"workspace ?:.*"), "workspace", errors.WORKSPACE),
    (re.compile(r"uncompletable"), "uncompletable", errors.UNCOMPLETABLE),
)
MEASURE = re.compile(r"(?P<field>[^\W\d_]+) ?(?P<sign><=|>=|<|>|=) ?(?P<value>.*)")
MINUTES = re.compile(
    r"(?:(?P<hours>\d{1,5}) ?(?:h|hours?|hrs?|ч|час(?:а|ов)?))? ?"
    r"(?:(?P<minutes>\d{1,6}) ?(?:m|min|mins|minutes?|м|мин|минут[аы]?)?)?"
)
GUESSABLE = tuple(sorted({*spoken.WORDS, *spoken.DAYS}))


def read(text: str, token: Token) -> Leaf:
    """Return the condition that a term of `text` stands for. Raises `FilterSyntaxError`."""
    refused = unsupported(text, token)
    if refused is not None:
        raise refused
    for sigil, field in SIGILS:
        if token.raw.startswith(sigil):
            return _named(text, field, token.raw[len(sigil) :], token.place)
    name = spoken.WORDS.get(spoken.fold(plain(token.raw)))
    if name is not None:
        return Word(name, token.place)
    return (
        _with_colon(text, token)
        or _measured(text, token)
        or _dated_in_words(token)
        or _date("due", "on", plain(token.raw), token.place)
        or _unknown(text, token)
    )


def unsupported(text: str, token: Token) -> FilterSyntaxError | None:
    """Return the error for what Todoist has and Questlog does not."""
    said = spoken.fold(token.raw)
    for pattern, what, message in UNSUPPORTED:
        if pattern.fullmatch(said):
            return at(text, token.place, message, unsupported=what)
    return None


def _unknown(text: str, token: Token) -> Leaf:
    said = spoken.fold(token.raw)
    close = get_close_matches(said, GUESSABLE, n=1) if len(said) <= LONGEST_GUESS else []
    if close:
        raise at(text, token.place, errors.MEANT, meant=close[0])
    raise at(text, token.place, errors.UNKNOWN)


def _behind(token: Token, count: int) -> Place:
    return Place(token.place.start + count, token.place.end)


def _named(text: str, field: Named, raw: str, place: Place) -> Leaf:
    if field == "project" and spoken.fold(raw) in spoken.INBOXES:
        return Word("inbox", place)
    parts = pieces(raw)
    if parts == ("",):
        raise at(text, place, errors.NO_VALUE, expected=["name"])
    if len(parts) > MOST_STARS + 1:
        raise at(text, place, errors.TOO_MANY_STARS, most=MOST_STARS)
    return Name(field, parts, place)


def _with_colon(text: str, token: Token) -> Leaf | None:
    key, colon, _ = token.raw.partition(":")
    reader = READERS.get(spoken.fold(key)) if colon else None
    if reader is None:
        return None
    value = token.raw[len(key) + 1 :]
    bare = value.lstrip()
    if not bare:
        raise at(text, token.place, errors.NO_VALUE, expected=["value"])
    start = token.place.start + len(key) + 1 + len(value) - len(value.lstrip())
    return reader(text, bare, Place(start, token.place.end))


def _measured(text: str, token: Token) -> Leaf | None:
    """Read `duration < 30`."""
    found = MEASURE.fullmatch(token.raw)
    if found is None or spoken.fold(found["field"]) not in spoken.MEASURED:
        return None
    if not found["value"].strip():
        raise at(text, token.place, errors.NO_VALUE, expected=["minutes"])
    place = _behind(token, found.start("value"))
    return _duration(text, found["value"], place, sign=found["sign"])


def _duration(text: str, raw: str, place: Place, *, sign: Any = "=") -> Leaf:
    found = MINUTES.fullmatch(spoken.fold(plain(raw)))
    hours, minutes = (found["hours"], found["minutes"]) if found else (None, None)
    if hours is None and minutes is None:
        raise at(text, place, errors.NO_DURATION, expected=["minutes"])
    total = int(hours or 0) * 60 + int(minutes or 0)
    return Duration(sign, min(total, MOST_MINUTES), place)


def _dated_in_words(token: Token) -> Leaf | None:
    """Read `done last 7 days` and `due before friday`: a field and its date without a colon."""
    words = plain(token.raw).split()
    for count in range(min(spoken.LONGEST_DATED, len(words) - 1), 0, -1):
        found = spoken.DATED.get(spoken.fold(" ".join(words[:count])))
        if found is not None:
            leaf = _date(*found, " ".join(words[count:]), token.place)
            if leaf is not None:
                return leaf
    return None


def _date(field: Dated, relation: Relation, phrase: str, place: Place) -> Leaf | None:
    if relation == "on":
        period = dates.period(phrase)
        if period is not None:
            return Within(field, period, place)
    if dates.read(phrase, ANY_MOMENT) is None:
        return None
    said = spoken.fold(phrase)
    return When(field, relation, said if said in spoken.DAYS else phrase, place)


def _dated(field: Dated, relation: Relation) -> "Reader":
    def read_date(text: str, raw: str, place: Place) -> Leaf:
        leaf = _date(field, relation, plain(raw), place)
        if leaf is None:
            raise at(text, place, errors.NO_DATE, expected=["date"])
        return leaf

    return read_date


def _name_of(field: Named) -> "Reader":
    def read_name(text: str, raw: str, place: Place) -> Leaf:
        return _named(text, field, raw, place)

    return read_name


def _search(text: str, raw: str, place: Place) -> Leaf:
    return Search(plain(raw), place)


def _one_of(text: str, raw: str, place: Place, allowed: Mapping[str, Any]) -> Any:
    said = spoken.fold(plain(raw))
    if said not in allowed:
        english = [word for word in allowed if word.isascii()]
        raise at(text, place, errors.NOT_ONE_OF, allowed=", ".join(english), expected=english)
    return allowed[said]


def _difficulty(text: str, raw: str, place: Place) -> Leaf:
    return Difficulty(_one_of(text, raw, place, spoken.DIFFICULTIES), place)


def _priority(text: str, raw: str, place: Place) -> Leaf:
    level: int = _one_of(text, raw, place, spoken.PRIORITY_NAMES)
    return Word("no priority", place) if level == 0 else _by_level(level, place)


def _by_level(level: int, place: Place) -> Leaf:
    """Todoist counts down: its p1 is our 4."""
    return Word(f"p{5 - level}", place) if level > 1 else Priority(level, place)


def _status(text: str, raw: str, place: Place) -> Leaf:
    return Word(_one_of(text, raw, place, spoken.STATUSES), place)


type Reader = Callable[[str, str, Place], Leaf]


def _readers() -> Iterable[tuple[str, Reader]]:
    for word, (field, relation) in spoken.DATED.items():
        yield word, _dated(field, relation)
    for word, named in spoken.NAMED.items():
        yield word, _name_of(named)
    for words, reader in (
        (spoken.SEARCHED, _search),
        (spoken.MEASURED, _duration),
        (spoken.DIFFICULT, _difficulty),
        (spoken.PRIORITISED, _priority),
        (spoken.STANDING, _status),
    ):
        yield from ((word, reader) for word in words)


READERS: Mapping[str, Reader] = dict(_readers())
