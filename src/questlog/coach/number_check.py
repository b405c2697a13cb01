"""Holding what a model says against the facts: a sentence with a number that no fact has is taken out. Pure.

A number counts as known if a fact has it, or rounds to it with as many decimals as were written. Dates and names among
the facts bring their numbers along. Number words are read from two on: “one” is said without counting.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

SPACES = "[ \u00a0\u202f]"
CLOCK = re.compile(r"(?<![\w:])(\d{1,2}):(\d{2})(?![\w:])")
ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
NUMBER = re.compile(
    rf"(?<![\w.,])\d{{1,3}}(?:{SPACES}\d{{3}})+(?:[.,]\d+)?(?![\w])|(?<![\w])\d+(?:[.,]\d+)*(?![\d])"
)
GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)")

_ONES = (
    ("two", "два", "две", "двух", "двумя", "двум"),
    ("three", "три", "трёх", "трех", "трём", "тремя"),
    ("four", "четыре", "четырёх", "четырех"),
    ("five", "пять", "пяти"),
    ("six", "шесть", "шести"),
    ("seven", "семь", "семи"),
    ("eight", "восемь", "восьми"),
    ("nine", "девять", "девяти"),
    ("ten", "десять", "десяти"),
    ("eleven", "одиннадцать", "одиннадцати"),
    ("twelve", "двенадцать", "двенадцати"),
    ("thirteen", "тринадцать", "тринадцати"),
    ("fourteen", "четырнадцать", "четырнадцати"),
    ("fifteen", "пятнадцать", "пятнадцати"),
    ("sixteen", "шестнадцать", "шестнадцати"),
    ("seventeen", "семнадцать", "семнадцати"),
    ("eighteen", "восемнадцать", "восемнадцати"),
    ("nineteen", "девятнадцать", "девятнадцати"),
)
_TENS = (
    ("twenty", "двадцать", "двадцати"),
    ("thirty", "тридцать", "тридцати"),
    ("forty", "сорок", "сорока"),
    ("fifty", "пятьдесят", "пятидесяти"),
    ("sixty", "шестьдесят", "шестидесяти"),
    ("seventy", "семьдесят", "семидесяти"),
    ("eighty", "восемьдесят", "восьмидесяти"),
    (
        "ninety",
        "девяносто",
    ),
    ("hundred", "сто", "ста"),
)
WORDS = {word: value for value, words in enumerate(_ONES, start=2) for word in words} | {
    word: value * 10 for value, words in enumerate(_TENS, start=2) for word in words
}
WORD = re.compile(r"[a-zа-яё]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """`removed` are the sentences that were taken out, as they stood."""

    text: str
    removed: list[str]


def checked(text: str, facts: Mapping[str, Any]) -> Checked:
    """Return the text without the sentences whose numbers the facts do not have."""
    known, removed, lines = frozenset(numbers_of(facts)), list[str](), list[str]()
    for line in text.splitlines():
        sentences = SENTENCE_END.split(line)
        kept = [one for one in sentences if _is_confirmed(one, known)]
        removed += [one.strip() for one in sentences if one not in kept]
        if kept or not line.strip():
            lines.append(" ".join(kept))
    return Checked("\n".join(lines).strip(), removed)


def numbers_of(facts: Any) -> Iterator[Decimal]:
    """Yield every number of nested facts, those in dates and names included."""
    match facts:
        case bool() | None:
            return
        case int() | float() | Decimal():
            yield Decimal(str(facts))
        case date():
            yield from (Decimal(part) for part in (facts.year, facts.month, facts.day))
        case str():
            yield from _written(facts)
        case _:
            yield from _numbers_within(facts)


def _numbers_within(facts: Any) -> Iterator[Decimal]:
    parts = [*facts.keys(), *facts.values()] if isinstance(facts, Mapping) else facts
    for part in parts:
        yield from numbers_of(part)


def _is_confirmed(sentence: str, known: frozenset[Decimal]) -> bool:
    return all(_has(known, value) for value in _written(sentence))


def _has(known: frozenset[Decimal], value: Decimal) -> bool:
    places = Decimal(1).scaleb(int(value.as_tuple().exponent))
    return any(
        value in (one, one.quantize(places, ROUND_HALF_UP), one.quantize(places, ROUND_HALF_EVEN))
        for one in known
    )


def _written(text: str) -> list[Decimal]:
    """Return the numbers a text has, those of dates and clocks each by itself."""
    found: list[Decimal] = []
    text = ISO_DATE.sub(lambda hit: _note(found, *hit.groups()), text)
    text = CLOCK.sub(lambda hit: _note(found, hit[1], *([hit[2]] if int(hit[2]) else [])), text)
    for hit in NUMBER.finditer(text):
        found += _read(re.sub(SPACES, "", hit[0]))
    found += [Decimal(WORDS[word]) for word in WORD.findall(text.casefold()) if word in WORDS]
    return found


def _note(found: list[Decimal], *written: str) -> str:
    found += [Decimal(one) for one in written]
    return " "


def _read(written: str) -> list[Decimal]:
    if GROUPED.fullmatch(written):
        return [Decimal(re.sub("[.,]", "", written))]
    if re.fullmatch(r"\d+(?:[.,]\d+)?", written):
        return [Decimal(written.replace(",", "."))]
    return [Decimal(part) for part in re.split("[.,]", written)]
