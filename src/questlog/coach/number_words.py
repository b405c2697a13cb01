"""Numbers said in words, in English and Russian: “twenty-three”, «сто двадцать три», “a dozen”, «вдвое». Pure.

Ordinals are left alone, and so is “one”, which is said without counting.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

# Each word with its value; those of one line are forms of one number, from two on.
_ONES = """
two twice doubled два две двух двумя двум двое двоих вдвое
three triple tripled три трёх трех трём трем тремя трое троих втрое
four четыре четырёх четырех четырём четырем четырьмя четверо вчетверо
five пять пяти пятью пятеро впятеро
six шесть шести шестью шестеро
seven семь семи семью семеро
eight восемь восьми восемью восьмью
nine девять девяти девятью
ten десять десяти десятью десяток десятка
eleven одиннадцать одиннадцати одиннадцатью
twelve dozen двенадцать двенадцати двенадцатью дюжина дюжину дюжины
thirteen тринадцать тринадцати тринадцатью
fourteen четырнадцать четырнадцати четырнадцатью
fifteen пятнадцать пятнадцати пятнадцатью
sixteen шестнадцать шестнадцати шестнадцатью
seventeen семнадцать семнадцати семнадцатью
eighteen восемнадцать восемнадцати восемнадцатью
nineteen девятнадцать девятнадцати девятнадцатью
"""
_TENS = """
twenty двадцать двадцати двадцатью
thirty тридцать тридцати тридцатью
forty сорок сорока
fifty пятьдесят пятидесяти пятьюдесятью
sixty шестьдесят шестидесяти шестьюдесятью
seventy семьдесят семидесяти семьюдесятью
eighty восемьдесят восьмидесяти восемьюдесятью
ninety девяносто девяноста
"""
_HUNDREDS = """
сто ста сотня сотню сотни
двести двухсот двумстам
триста трёхсот трехсот
четыреста четырёхсот четырехсот
пятьсот пятисот
шестьсот шестисот
семьсот семисот
восемьсот восьмисот
девятьсот девятисот
"""
_SHARES = {
    50: "half половина половину половины половиной",
    25: "quarter четверть четверти",
    33: "треть",
}
_FACTORS = {
    100: "hundred hundreds",
    1_000: "thousand thousands тысяча тысячи тысяч тысячу тыс",
    1_000_000: "million millions миллион миллиона миллионов млн",
}


def _forms(lines: str, *, first: int, step: int) -> dict[str, int]:
    rows = lines.strip().splitlines()
    return {word: first + step * place for place, row in enumerate(rows) for word in row.split()}


def _flat(rows: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in rows.items() for word in words.split()}


ADDED = (
    {"one": 1, "один": 1, "одна": 1, "одну": 1, "одно": 1, "одного": 1, "одной": 1}
    | _forms(_ONES, first=2, step=1)
    | _forms(_TENS, first=20, step=10)
    | _forms(_HUNDREDS, first=100, step=100)
    | _flat(_SHARES)
)
FACTORS = _flat(_FACTORS)
WORD = re.compile(r"[a-zа-яё]+")
JOINT = re.compile(r"(?:\s|-)(?:\s|-)?(?:and\s)?")
ROMAN = re.compile(r"(?<![^\W_])[IVX]{2,}(?![^\W_])")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}


def written_out(text: str) -> Iterator[int]:
    """Yield the numbers that stand in words: what is said in one breath is one number."""
    folded, last, spoken = text.casefold(), 0, list[str]()
    for hit in WORD.finditer(folded):
        if hit[0] == "and":
            continue
        is_number = hit[0] in ADDED or hit[0] in FACTORS
        if spoken and not (is_number and JOINT.fullmatch(folded, last, hit.start())):
            yield from _values(spoken)
            spoken = []
        if is_number:
            spoken.append(hit[0])
            last = hit.end()
    yield from _values(spoken)


def roman(text: str) -> Iterator[int]:
    for hit in ROMAN.finditer(text):
        values = [_ROMAN_VALUES[letter] for letter in hit[0]]
        signed = [-here if here < there else here for here, there in pairwise(values)]
        yield sum(signed) + values[-1]


def _values(spoken: list[str]) -> Iterator[int]:
    """A number goes on as long as its parts get smaller: “twenty three” is one, “three three” are two."""
    whole = part = 0
    least = 0
    for word in spoken:
        if word in FACTORS:
            factor = FACTORS[word]
            part = max(part, 1) * factor
            if factor > 100:
                whole, part, least = whole + part, 0, 0
            else:
                least = 100
            continue
        value = ADDED[word]
        if least and not _fits(value, least):
            yield from _counted(whole + part)
            whole = part = 0
        part, least = part + value, value
    yield from _counted(whole + part)


def _fits(value: int, least: int) -> bool:
    return (least >= 100 > value) or (20 <= least < 100 and least % 10 == 0 and value < 10)


def _counted(value: int) -> Iterator[int]:
    if value > 1:
        yield value
