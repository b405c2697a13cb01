"""Holding what a model says against the facts: a sentence with a number that no fact has is taken out. Pure.

A number counts as known if a fact has it, or rounds to it with as many decimals as were written. A date confirms dates
and no count; a title confirms itself between quotation marks and nothing else, whatever numbers its owner put into it.
A sentence with a number that cannot be read for certain is taken out like one with a wrong one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from questlog.coach import number_dates, number_figures
from questlog.coach.number_dates import GONE, Day, without_dates, without_years
from questlog.coach.number_figures import plain
from questlog.coach.number_forms import words
from questlog.coach.number_words import folded, is_number, roman, written_out

QUOTED = re.compile(r"“([^“”\n]*)”|«([^«»\n]*)»|„([^„“\n]*)“|\"([^\"\n]*)\"")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")
BROKEN_WORD = re.compile(r"(?<=\w[-\u2010\u2011\u00ad])[^\S\n]*\n\s*(?=\w)")
LAST_WORD = re.compile(r"([^\W\d_]+)\.$")
LETTERS = re.compile(r"[^\W\d_]+")
# After these a full stop ends no sentence; nor does it after a single letter.
ABBREVIATIONS = frozenset(
    words(
        "pp ch no nr vol fig sec eg ie etc vs mr mrs ms dr st approx ca cf "
        "гг стр гл пп др пр см рис тыс млн млрд им ул мин руб"
    )
)
SHORT_WORD = 4
LATE = re.compile(r"\b(?:overdue|late)\b|просроч", re.IGNORECASE)
_BEFORE = "предыдущ|прошл|последн|прежн|предшеств"
_EARLIER = "previous|preceding|prior|earlier|past|last"
HALVES = re.compile(r"\b(?:first|second)\shalf\b|\b(?:перв|втор)\w+\sполовин\w+", re.IGNORECASE)
FOUR_WEEKS = re.compile(
    rf"\b(?:{_EARLIER})\s(?:four|4)\sweeks\b|\b(?:four|4)\s(?:{_EARLIER})\sweeks\b"
    r"|\b(?:four|4)\sweeks\s(?:before|earlier|prior)\b"
    rf"|\b(?:{_BEFORE})\w*\s(?:четыр\w+|4)\sнедел\w+|\b(?:четыр\w+|4)\s(?:{_BEFORE})\w*\sнедел\w+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """`removed` are the sentences that were taken out, as they stood."""

    text: str
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Known:
    """`dates` are year, month and day; somebody who says one may leave out the year.

    `odd` is what the user wrote with figures that are no plain number, such as “B2”.
    """

    numbers: frozenset[Decimal]
    dates: frozenset[Day]
    titles: frozenset[str]
    odd: frozenset[str]
    compares_weeks: bool
    is_late: bool

    def has(self, value: Decimal, sign: str = "") -> bool:
        places = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
        return any(
            value in _roundings(abs(one), places)
            for one in self.numbers
            if not sign or (one >= 0) == (sign == "+") or one == 0
        )

    def has_day(self, day: Day) -> bool:
        return any(
            one[1:] == day[1:] and (one[0] == day[0] or None in (one[0], day[0]))
            for one in self.dates
        )

    def has_year(self, year: int) -> bool:
        return any(one[0] == year for one in self.dates)


def checked(text: str, facts: Mapping[str, Any], *, said: Iterable[str] = ()) -> Checked:
    """Return the text without the sentences whose numbers the facts do not have.

    Whatever number stands in what the user has `said` is known as well.
    """
    known, removed, lines = known_of(facts, said), list[str](), list[str]()
    for line in BROKEN_WORD.sub("", text).splitlines():
        kept = list[str]()
        for sentence in _sentences(line):
            (kept if is_confirmed(sentence, known) else removed).append(sentence)
        if any(one.strip() for one in kept) or not line.strip():
            lines.append(" ".join(kept))
    return Checked("\n".join(lines).strip(), [one.strip() for one in removed])


def known_of(facts: Mapping[str, Any], said: Iterable[str] = ()) -> Known:
    """Return what nested facts confirm. A zero among many, such as an hour in which nothing was done, confirms none."""
    leaves = list(_leaves(facts))
    numbers = [_number(one) for one in leaves if isinstance(one, int | float | Decimal) and one]
    numbers += [_number(one) for one in facts.values() if _is_zero(one)]
    texts = [one for one in leaves if isinstance(one, str)]
    days = [number_dates.parts_of(one) for one in leaves if isinstance(one, date)]
    days += [day for text in texts if (day := number_dates.day_of(text)) is not None]
    odd = set[str]()
    for line in map(plain, said):
        numbers += [value for value, _sign in _values(line) if value is not None]
        days += without_dates(line)[1]
        odd |= number_figures.odd_ones(line)
    return Known(
        frozenset(numbers),
        frozenset(days),
        frozenset(_folded(one) for one in texts if _is_name(one)),
        frozenset(odd),
        compares_weeks="weeks_before" in facts,
        is_late=bool(facts.get("overdue_now")),
    )


def is_confirmed(sentence: str, known: Known) -> bool:
    """Tell whether every number of a sentence is among what is known."""
    rest = plain(QUOTED.sub(lambda hit: GONE if _is_title(hit, known) else hit[0], sentence))
    rest = HALVES.sub(GONE, rest)
    if known.compares_weeks:
        rest = FOUR_WEEKS.sub(GONE, rest)
    if not number_figures.is_readable(rest) or number_dates.is_in_words(rest):
        return False
    rest, days = without_dates(rest)
    rest, years = without_years(rest)
    if not (all(map(known.has_day, days)) and all(map(known.has_year, years))):
        return False
    values = list(_values(rest, known.odd))
    if known.is_late and LATE.search(rest) and (Decimal(0), "") in values:
        return False
    return all(value is not None and known.has(value, sign) for value, sign in values)


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line; where it is not certain that one ends, it goes on."""
    quoted = {place for hit in QUOTED.finditer(line) for place in range(*hit.span())}
    start = 0
    for end in SENTENCE_END.finditer(line):
        if end.start() not in quoted and _ends(line[start : end.start()], line[end.end()]):
            yield line[start : end.start()]
            start = end.end()
    yield line[start:]


def _ends(sentence: str, after: str) -> bool:
    if after.islower():
        return False
    last = LAST_WORD.search(sentence[-20:])
    if last is None:
        return True
    word = last[1].casefold()
    is_short = len(word) == 1 or word in ABBREVIATIONS
    return not (is_short or (after.isdigit() and len(word) <= SHORT_WORD))


def _leaves(facts: Any) -> Iterator[Any]:
    match facts:
        case bool() | None:
            return
        case str() | int() | float() | Decimal() | date():
            yield facts
        case Mapping():
            for value in facts.values():
                yield from _leaves(value)
        case _:
            for value in facts:
                yield from _leaves(value)


def _number(value: float | Decimal) -> Decimal:
    return Decimal(str(value))


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value == 0


def _folded(title: str) -> str:
    return " ".join(title.casefold().split()).rstrip(".,!?")


def _is_name(title: str) -> bool:
    """Tell whether a title says more than a number."""
    return any(not is_number(folded(word)) for word in LETTERS.findall(plain(title)))


def _is_title(hit: re.Match[str], known: Known) -> bool:
    return _folded("".join(filter(None, hit.groups()))) in known.titles


def _values(text: str, odd: frozenset[str] | None = None) -> Iterator[tuple[Decimal | None, str]]:
    """Yield every number of a plain text, with its sign where it has one; None is one that cannot be read."""
    rest, hours = number_figures.without_clocks(text)
    if odd is not None:
        yield from ((None, "") for word in number_figures.odd_ones(rest) if word not in odd)
    rest, figures, touch = number_figures.without_figures(rest)
    yield from figures
    if touch:
        yield None, ""
    for value in (*written_out(rest), *roman(rest), *hours):
        yield None if value is None else Decimal(value), ""


def _roundings(value: Decimal, places: Decimal) -> tuple[Decimal, ...]:
    return (
        value,
        value.quantize(places, ROUND_HALF_UP),
        value.quantize(places, ROUND_HALF_EVEN),
    )
