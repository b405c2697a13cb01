"""Holding what a model says against the facts: a sentence with a number that no fact has is taken out. Pure.

A number counts as known if a fact has it, or rounds to it with as many decimals as were written. A date confirms dates
and no count; a title confirms itself between quotation marks and nothing else, whatever numbers its owner put into it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from questlog.coach.number_words import roman, written_out

type Day = tuple[int | None, int, int]

SPACES = "[ \u00a0\u2009\u202f]"
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")
QUOTED = re.compile(r"“([^“”\n]*)”|«([^«»\n]*)»|„([^„“\n]*)“|\"([^\"\n]*)\"")

_MONTHS = (
    ("january", "jan", "января", "январь", "январе"),
    ("february", "feb", "февраля", "февраль", "феврале"),
    ("march", "mar", "марта", "март", "марте"),
    ("april", "apr", "апреля", "апрель", "апреле"),
    ("may", "мая", "май", "мае"),
    ("june", "jun", "июня", "июнь", "июне"),
    ("july", "jul", "июля", "июль", "июле"),
    ("august", "aug", "августа", "август", "августе"),
    ("september", "sept", "sep", "сентября", "сентябрь", "сентябре"),
    ("october", "oct", "октября", "октябрь", "октябре"),
    ("november", "nov", "ноября", "ноябрь", "ноябре"),
    ("december", "dec", "декабря", "декабрь", "декабре"),
)
MONTHS = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words}
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_ORDINAL = "(?:st|nd|rd|th|-?го)?"
_DAYS = rf"(?P<day>\d{{1,2}}){_ORDINAL}(?:(?:\s?[-–—]\s?|\s(?:to|and|по|и)\s)(?P<last>\d{{1,2}}){_ORDINAL})?"
_YEAR = r"(?:,?\s(?P<year>\d{4}))?"
DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"),
    re.compile(r"(?<![\d.])(?P<day>\d{1,2})\.(?P<month>\d{2})\.(?P<year>\d{4})(?!\d)"),
    re.compile(rf"(?<![\d.,]){_DAYS}\s(?:of\s)?{_MONTH}{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s{_DAYS}(?![\d.,]\d){_YEAR}", re.IGNORECASE),
)
HALF_DAY = re.compile(r"(?<!\d)(\d{1,2})(?::(\d{2}))?\s?([ap])\.?m\b", re.IGNORECASE)
CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?!:?\d)")
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
NUMBER = re.compile(
    rf"(?P<sign>(?<![\w\d%])[+\-−–])?(?P<number>\d{{1,3}}(?:{SPACES}\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    r"(?:(?P<times>[kкm]|\s?(?:тыс|thousand|тысяч[аиу]?|млн|millions?|миллион(?:а|ов)?))\b)?",
    re.IGNORECASE,
)
TIMES = {"k": 1000, "к": 1000, "т": 1000, "t": 1000, "m": 1_000_000, "м": 1_000_000}


@dataclass(frozen=True, slots=True)
class Checked:
    """`removed` are the sentences that were taken out, as they stood."""

    text: str
    removed: list[str]


@dataclass(frozen=True, slots=True)
class Known:
    """`dates` are year, month and day; somebody who says one may leave out the year."""

    numbers: frozenset[Decimal]
    dates: frozenset[Day]
    titles: frozenset[str]

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


def checked(text: str, facts: Mapping[str, Any], *, said: Iterable[str] = ()) -> Checked:
    """Return the text without the sentences whose numbers the facts do not have.

    Whatever number stands in what the user has `said` is known as well.
    """
    known, removed, lines = known_of(facts, said), list[str](), list[str]()
    for line in text.splitlines():
        kept = list[str]()
        for sentence in SENTENCE_END.split(line):
            (kept if is_confirmed(sentence, known) else removed).append(sentence)
        if any(one.strip() for one in kept) or not line.strip():
            lines.append(" ".join(kept))
    return Checked("\n".join(lines).strip(), [one.strip() for one in removed])


def known_of(facts: Any, said: Iterable[str] = ()) -> Known:
    """Return what nested facts confirm."""
    leaves = list(_leaves(facts))
    numbers = [Decimal(str(one)) for one in leaves if isinstance(one, int | float | Decimal)]
    texts = [one for one in leaves if isinstance(one, str)]
    days: list[Day] = [(one.year, one.month, one.day) for one in leaves if isinstance(one, date)]
    days += [
        day for text in texts for hit in [DATES[0].fullmatch(text)] if hit for day in _days(hit)
    ]
    for text in said:
        numbers += [value for value, _sign in _values(text)]
        days += [day for pattern in DATES for hit in pattern.finditer(text) for day in _days(hit)]
    years = [Decimal(day[0]) for day in days if day[0] is not None]
    titles = frozenset(_folded(one) for one in texts)
    return Known(frozenset(numbers + years), frozenset(days), titles)


def is_confirmed(sentence: str, known: Known) -> bool:
    """Tell whether every number of a sentence is among what is known."""
    rest = QUOTED.sub(lambda hit: "" if _is_title(hit, known) else hit[0], sentence)
    rest = unicodedata.normalize("NFKC", rest)
    for pattern in DATES:
        said = [hit for hit in pattern.finditer(rest) if hit["month"] != "may"]
        if not all(known.has_day(day) for hit in said for day in _days(hit)):
            return False
        rest = pattern.sub(lambda hit: hit[0] if hit["month"] == "may" else " ", rest)
    return all(known.has(value, sign) for value, sign in _values(rest))


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


def _folded(title: str) -> str:
    return " ".join(title.casefold().split()).rstrip(".,!?")


def _is_title(hit: re.Match[str], known: Known) -> bool:
    return _folded("".join(filter(None, hit.groups()))) in known.titles


def _days(hit: re.Match[str]) -> Iterator[Day]:
    """Yield the day of a date in a text, or the first and the last of several."""
    found = hit.groupdict()
    month = MONTHS.get(found["month"].casefold()) or int(found["month"])
    year = int(found["year"]) if found["year"] else None
    yield from ((year, month, int(day)) for day in (found["day"], found.get("last")) if day)


def _values(text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield every number of a text, with its sign where it has one."""
    rest, hours = _without_clocks(text)
    yield from _figures(rest)
    rest = NUMBER.sub(" ", rest)
    yield from ((Decimal(value), "") for value in (*written_out(rest), *roman(rest), *hours))


def _without_clocks(text: str) -> tuple[str, list[int]]:
    """Return the text without times of day, and what they count: hours of 24, and minutes that are not 0."""
    found: list[int] = []

    def note(hit: re.Match[str]) -> str:
        hour, minute, *half = hit.groups()
        found.append(int(hour) % 12 + 12 * (half[0].casefold() == "p") if half else int(hour))
        found.extend([int(minute)] if minute and int(minute) else [])
        return " "

    return CLOCK.sub(note, HALF_DAY.sub(note, text)), found


def _figures(text: str) -> Iterator[tuple[Decimal, str]]:
    for hit in NUMBER.finditer(text):
        times = TIMES[hit["times"].strip()[0].casefold()] if hit["times"] else 1
        sign = "" if hit["sign"] is None else ("+" if hit["sign"] == "+" else "-")
        for value in _read(re.sub(SPACES, "", hit["number"])):
            yield value * times, sign


def _read(written: str) -> list[Decimal]:
    if GROUPED.fullmatch(written):
        return [Decimal(re.sub("[.,]", "", written))]
    if re.fullmatch(r"\d+(?:[.,]\d+)?", written):
        return [Decimal(written.replace(",", "."))]
    return [Decimal(part) for part in re.split("[.,]", written)]


def _roundings(value: Decimal, places: Decimal) -> tuple[Decimal, ...]:
    return (
        value,
        value.quantize(places, ROUND_HALF_UP),
        value.quantize(places, ROUND_HALF_EVEN),
    )
