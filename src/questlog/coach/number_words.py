"""Numbers said in words, in English and Russian: “twenty-three”, «сто двадцать третий», “a dozen”, «вдвое». Pure.

Ordinals count like other numbers. “One” and “first” are said without counting, and are left alone. What is a number
without saying which (“dozens”, «две трети», “a fifth”) is yielded as None.
"""

import re
from collections.abc import Iterator

from questlog.coach.number_forms import (
    ADDED,
    COMPOUND,
    COMPOUND_STEM,
    FACTORS,
    FRACTION,
    ORDINALS,
    STEMS,
    UNTOLD,
    VAGUE,
    ZERO,
)

WORD = re.compile(r"[a-zа-я]+")
JOINT = re.compile(r"(?:\s|-)(?:\s|-)?(?:and\s)?")
ROMAN = re.compile(r"(?<![^\W_])(?:[IVXLCDM]{2,}|[ivx]{2,})(?![^\W_])")
VALID_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def folded(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("во-вторых", " ").replace("в-третьих", " ")


def is_number(word: str) -> bool:
    """Tell whether a folded word says a number."""
    return word in ADDED or word in FACTORS or word in UNTOLD or word in ZERO


def written_out(text: str) -> Iterator[int | None]:
    """Yield the numbers that stand in words: what is said in one breath is one number."""
    said, last, spoken = folded(text), 0, list[str]()
    if FRACTION.search(said):
        yield None
    for hit in WORD.finditer(said):
        if hit[0] == "and":
            continue
        yield from _in_one_word(hit[0])
        is_part = hit[0] in ADDED or hit[0] in FACTORS
        if spoken and not (is_part and JOINT.fullmatch(said, last, hit.start())):
            yield from _values(spoken)
            spoken = []
        if is_part:
            spoken.append(hit[0])
            last = hit.end()
    yield from _values(spoken)


def roman(text: str) -> Iterator[int]:
    for hit in ROMAN.finditer(text):
        if not VALID_ROMAN.fullmatch(hit[0].upper()):
            continue
        values = [_ROMAN_VALUES[letter] for letter in hit[0].upper()]
        following = [*values[1:], 0]
        yield sum(
            -here if here < there else here for here, there in zip(values, following, strict=True)
        )


def _in_one_word(word: str) -> Iterator[int | None]:
    """Yield what a word says that goes together with no other: «трёхдневный», “threefold”, “zero”, “quarters”."""
    if word in UNTOLD:
        yield None
    elif word in ZERO:
        yield 0
    elif word.endswith("fold"):
        stem = word.removesuffix("fold")
        yield from (values[stem] for values in (ADDED, FACTORS) if stem in values)
    elif found := COMPOUND.match(word):
        yield sum(STEMS[part] for part in COMPOUND_STEM.findall(found["number"]))


def _values(spoken: list[str]) -> Iterator[int | None]:
    """A number goes on as long as its parts get smaller: “twenty three” is one, “three three” are two."""
    whole = part = least = 0
    for word in spoken:
        if word in FACTORS:
            if word in VAGUE and not part:
                yield None
            factor = FACTORS[word]
            part, least = max(part, 1) * factor, 100 if factor == 100 else 1
            if factor > 100:
                whole, part, least = whole + part, 0, 0
            continue
        value = ADDED[word]
        if least and not _fits(value, least):
            yield from _counted(whole + part)
            whole = part = 0
            if word in ORDINALS:
                yield None
        part, least = part + value, value
    yield from _counted(whole + part)


def _fits(value: int, least: int) -> bool:
    return (least >= 100 > value) or (20 <= least < 100 and least % 10 == 0 and value < 10)


def _counted(value: int) -> Iterator[int]:
    if value > 1:
        yield value
