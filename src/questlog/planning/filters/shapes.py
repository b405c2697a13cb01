"""A tree apart from its values: filters of one shape are one statement, whatever days and names they ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from questlog.planning.filters import dates, errors
from questlog.planning.filters.dates import FIRST_DAY, LAST_DAY
from questlog.planning.filters.errors import FilterSyntaxError
from questlog.planning.filters.tree import (
    Both,
    Difficulty,
    Duration,
    Either,
    Leaf,
    Lists,
    Name,
    Node,
    Not,
    Priority,
    Search,
    When,
    Within,
    Word,
    leaves,
)
from questlog.planning.labels import LabelNameError
from questlog.planning.labels import fold as fold_label
from questlog.planning.models import title_key
from questlog.planning.search import conditions as searches

COMPARED = {"<": "less", "<=": "at_most", "=": "is", ">=": "at_least", ">": "more"}
OCCURRENCES = frozenset({"completed", "skipped", "postponed"})
INSTANTS = frozenset({"created", "updated"})
PRIORITIES = {"p1": 4, "p2": 3, "p3": 2, "no priority": 0}
# The most usual filter of all is one range of days, which an index answers.
UNTIL_TODAY = frozenset(
    frozenset({Word("overdue"), When("due", "on", phrase)}) for phrase in ("today", "сегодня")
)
UP_TO_TODAY = When("due", "before", "+1 days")
TODAYS = frozenset({"overdue"})


@dataclass(frozen=True, slots=True)
class Test:
    """One condition: the key of a field, and where its values stand among those of the filter."""

    key: str
    first: int
    kinds: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    of: "Shape"


@dataclass(frozen=True, slots=True)
class Junction:
    is_both: bool
    parts: tuple["Shape", ...]


type Shape = Test | Negation | Junction
type Values = tuple[Any, ...]


@dataclass(slots=True)
class _Shaping:
    now: datetime
    values: list[Any] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.date()


def shaped(node: Node, now: datetime) -> tuple[Shape, Values]:
    """Return the shape of a tree and its values, seen from `now` in the user's zone. Raises `FilterSyntaxError`."""
    shaping = _Shaping(now)
    shape = _shape(node, shaping)
    return shape, tuple(shaping.values)


def _shape(node: Node, shaping: _Shaping) -> Shape:
    match node:
        case Not(of):
            return Negation(_shape(of, shaping))
        case Both(parts):
            return Junction(True, tuple(_shape(part, shaping) for part in parts))
        case Either(parts) | Lists(parts):
            if frozenset(parts) in UNTIL_TODAY:
                return _shape(UP_TO_TODAY, shaping)
            return Junction(False, tuple(_shape(part, shaping) for part in parts))
        case _:
            key, values = _test(node, shaping)
            first = len(shaping.values)
            shaping.values.extend(values)
            return Test(key, first, tuple(type(value) for value in values))


def _test(leaf: Leaf, shaping: _Shaping) -> tuple[str, Values]:
    match leaf:
        case Word(name):
            return _word(name, shaping)
        case Priority(level):
            return "priority.is", (level,)
        case Name():
            return _name(leaf)
        case When():
            return _when(leaf, shaping)
        case Within(field_, period):
            return _days(field_, *dates.days_of(period, shaping.today), shaping)
        case _:
            return _compared(leaf)


def _compared(leaf: Duration | Difficulty | Search) -> tuple[str, Values]:
    match leaf:
        case Duration(comparison, minutes):
            return f"duration.{COMPARED[comparison]}", (minutes,)
        case Difficulty(name):
            return "difficulty.is", (name,)
        case Search(words):
            return "search", tuple(searches.values_of(words).values())


def _word(name: str, shaping: _Shaping) -> tuple[str, Values]:
    if name in PRIORITIES:
        return "priority.is", (PRIORITIES[name],)
    return name, (shaping.today,) if name in TODAYS else ()


def _name(leaf: Name) -> tuple[str, Values]:
    kind = "is" if len(leaf.parts) == 1 else "like"
    return f"{leaf.field}.{kind}", (folded_name(leaf),)


def folded_name(leaf: Name) -> str:
    """Return a name as it is compared; one with wildcards as a pattern of LIKE."""
    parts = [_folded(leaf.field, part) for part in leaf.parts]
    return parts[0] if len(parts) == 1 else "%".join(_plain(part) for part in parts)


def _folded(field_: str, part: str) -> str:
    if field_ != "label":
        return title_key(part)
    try:
        return fold_label(part)
    except LabelNameError:  # no label can have a name this long
        return part


def _plain(part: str) -> str:
    """Take their meaning from the wildcards of LIKE."""
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _when(leaf: When, shaping: _Shaping) -> tuple[str, Values]:
    found = dates.read(leaf.phrase, shaping.now)
    if found is None:  # understood when it was typed, but no day of this calendar
        details = {"near": leaf.phrase, "column": leaf.place.start + 1}
        raise FilterSyntaxError(errors.NO_DATE, details)
    if found.moment is not None and leaf.field in ("due", *INSTANTS):
        if leaf.field == "due":
            day = found.moment.astimezone(shaping.now.tzinfo).date()
            given = (found.moment,) if leaf.relation == "on" else (day, found.moment)
            return f"due.{leaf.relation}_moment", given
        return _instants(leaf.field, leaf.relation, found.moment, found.moment)
    match leaf.relation:
        case "before":
            return _days(leaf.field, FIRST_DAY, found.day - timedelta(days=1), shaping)
        case "after":
            return _days(leaf.field, found.day + timedelta(days=1), LAST_DAY, shaping)
        case _:
            return _days(leaf.field, found.day, found.day, shaping)


def _days(field_: str, first: date, last: date, shaping: _Shaping) -> tuple[str, Values]:
    """Return the test for whole days, the last included; an end that lies outside the calendar asks for nothing."""
    if field_ in OCCURRENCES:
        return f"{field_}.within", (first, last)
    if field_ in INSTANTS:
        return _instant_days(field_, first, last, shaping)
    if first == last:
        return f"{field_}.on", (first,)
    if first == FIRST_DAY:
        return f"{field_}.until", (last,)
    if last == LAST_DAY:
        return f"{field_}.from", (first,)
    return f"{field_}.within", (first, last)


def _instant_days(field_: str, first: date, last: date, shaping: _Shaping) -> tuple[str, Values]:
    if first == FIRST_DAY:
        return f"{field_}.before", (dates.day_begins(last + timedelta(days=1), shaping.now),)
    if last == LAST_DAY:
        return f"{field_}.from", (dates.day_begins(first, shaping.now),)
    ends = dates.day_begins(last + timedelta(days=1), shaping.now)
    return f"{field_}.within", (dates.day_begins(first, shaping.now), ends)


def _instants(field_: str, relation: str, first: datetime, last: datetime) -> tuple[str, Values]:
    if relation == "before":
        return f"{field_}.before", (first,)
    if relation == "after":
        return f"{field_}.from", (last,)
    return f"{field_}.within", (first, last + timedelta(minutes=1))


def speaks_of(node: Node) -> frozenset[str]:
    """Return which of `completed` and `cancelled` the filter asks about itself: else it is about open tasks only."""
    return frozenset(_spoken(leaves(node)))


def _spoken(found: Iterator[Leaf]) -> Iterator[str]:
    for leaf in found:
        if isinstance(leaf, Word) and leaf.name in ("completed", "cancelled"):
            yield leaf.name
        elif isinstance(leaf, When | Within) and leaf.field in OCCURRENCES:
            yield "completed"
