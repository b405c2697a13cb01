"""The words for numbers, in English and in Russian with their cases; «ё» is written «е». Pure data."""

import re
from collections.abc import Mapping


def words(line: str) -> list[str]:
    return line.split()


# Each word with its value; those of one line are forms of one number, from two on.
_ONES = """
two twice both couple pair double doubled два две двух двум двумя двое двоих двоим двоими вдвое вдвоем дважды двойной двойная двойка оба обе обоих обеих обоим обеим пара пары пару парой
three thrice triple tripled три трех трем тремя трое троих троим троими втрое втроем трижды тройной тройная тройка
four quadruple четыре четырех четырем четырьмя четверо четверых четверым вчетверо вчетвером четырежды четверка
five пять пяти пятью пятеро пятерых пятерым впятеро впятером пятерка
six шесть шести шестью шестеро шестерых шестерым вшестеро вшестером шестерка
seven семь семи семью семеро семерых семерым всемеро всемером семерка
eight восемь восьми восемью восьмью восьмеро восьмерых восьмерым ввосьмеро ввосьмером восьмерка
nine девять девяти девятью девятеро девятерых девятерым вдевятеро вдевятером девятка
ten десять десяти десятью десятеро десятерых десятерым вдесятеро вдесятером
eleven одиннадцать одиннадцати одиннадцатью
twelve двенадцать двенадцати двенадцатью
thirteen тринадцать тринадцати тринадцатью
fourteen fortnight четырнадцать четырнадцати четырнадцатью
fifteen пятнадцать пятнадцати пятнадцатью
sixteen шестнадцать шестнадцати шестнадцатью
seventeen семнадцать семнадцати семнадцатью
eighteen восемнадцать восемнадцати восемнадцатью
nineteen девятнадцать девятнадцати девятнадцатью
"""
_TENS = """
twenty двадцать двадцати двадцатью двадцатка
thirty тридцать тридцати тридцатью тридцатка
forty fourty сорок сорока
fifty пятьдесят пятидесяти пятьюдесятью
sixty шестьдесят шестидесяти шестьюдесятью
seventy семьдесят семидесяти семьюдесятью
eighty восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью
ninety девяносто девяноста
"""
_HUNDREDS = """
сто ста
двести двухсот двумстам двумястами двухстах
триста трехсот тремстам тремястами трехстах
четыреста четырехсот четыремстам четырьмястами четырехстах
пятьсот пятисот пятистам пятьюстами пятистах
шестьсот шестисот шестистам шестьюстами шестистах
семьсот семисот семистам семьюстами семистах
восемьсот восьмисот восьмистам восемьюстами восьмьюстами восьмистах
девятьсот девятисот девятистам девятьюстами девятистах
"""
_SHARES = {
    50: "half половина половину половины половиной половине полчаса полдня полгода полмесяца полминуты",
    33: "треть",
    25: "quarter четверть четвертью",
}
_FACTORS = {
    10: "десяток десятка десятку десятком десятке десятки десятков десятками десяткам десятках tens",
    12: "dozen dozens дюжина дюжину дюжины дюжиной дюжин дюжинами",
    100: "hundred hundreds сотня сотню сотни сотен сотней сотне сотням сотнями сотнях",
    1_000: "thousand thousands тысяча тысячи тысяч тысячу тысячей тысячью тысяче тысячам тысячами тысячах тыс",
    1_000_000: "million millions миллион миллиона миллиону миллионом миллионе миллионы миллионов миллионам миллионами миллионах млн",
    1_000_000_000: "billion billions bn миллиард миллиарда миллиарду миллиардом миллиарде миллиарды миллиардов миллиардам миллиардами миллиардах млрд",
    1_000_000_000_000: "trillion trillions триллион триллиона триллионом триллионы триллионов триллионами трлн",
}
# Factors that say by themselves only that there are many.
VAGUE = frozenset(
    words(
        "tens dozens hundreds thousands millions billions trillions десятки десятков десятками десяткам десятках дюжины "
        "дюжин дюжинами сотни сотен сотням сотнями сотнях тысячи тысяч тысячам тысячами тысячах миллионы миллионов "
        "миллионам миллионами миллионах миллиарды миллиардов миллиардам миллиардами миллиардах триллионы триллионов "
        "триллионами"
    )
)
ZERO = frozenset(words("zero nil nought ноль нуль ноля нуля нолю нулю нолем нулем ноле нуле"))
_EN_ONES = words(
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_EN_TENS = words("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth")
_RU_ONES = words(
    "втор - четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат "
    "семнадцат восемнадцат девятнадцат"
)
_RU_TENS = words("двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят девяност")
_RU_HUNDREDS = words("сот двухсот трехсот четырехсот пятисот шестисот семисот восьмисот девятисот")
_ENDINGS = words("ый ой ая ое ые ого ому ым ом ую ых ыми")
_FIRST = "one first один одна одну одно одного одной одним первый " + " ".join(
    f"перв{ending}" for ending in _ENDINGS
)
_THIRD = "третий третья третье третьи третьего третьему третьим третьем третьей третьих третьими"


def _forms(lines: str, *, first: int, step: int) -> dict[str, int]:
    rows = lines.strip().splitlines()
    return {word: first + step * place for place, row in enumerate(rows) for word in row.split()}


def _flat(rows: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in rows.items() for word in words.split()}


def _ordinals(stems: list[str], *, first: int, step: int) -> dict[str, int]:
    return {
        stem + ending: first + step * place
        for place, stem in enumerate(stems)
        for ending in _ENDINGS
    }


def _glued(tens: Mapping[str, int], ones: Mapping[str, int]) -> dict[str, int]:
    return {
        ten + one: tens[ten] + ones[one]
        for ten in tens
        for one in ones
        if ones[one] < 10 and ten.isascii() == one.isascii()
    }


_ones, _tens = _forms(_ONES, first=2, step=1), _forms(_TENS, first=20, step=10)
ORDINALS = (
    {word: value for value, word in enumerate(_EN_ONES, start=2)}
    | {word: 10 * value for value, word in enumerate(_EN_TENS, start=2)}
    | {"hundredth": 100, "thousandth": 1_000}
    | _ordinals(_RU_ONES, first=2, step=1)
    | _ordinals(_RU_TENS, first=20, step=10)
    | _ordinals(_RU_HUNDREDS, first=100, step=100)
    | _ordinals(["тысячн"], first=1_000, step=0)
    | dict.fromkeys(_THIRD.split(), 3)
)
ADDED = (
    dict.fromkeys(_FIRST.split(), 1)
    | _ones
    | _tens
    | _glued(_tens, _ones | {"one": 1, "один": 1, "одна": 1})
    | _forms(_HUNDREDS, first=100, step=100)
    | _flat(_SHARES)
    | ORDINALS
)
FACTORS = _flat(_FACTORS)
_DENOMINATORS = "|".join([*_EN_ONES[1:], *_EN_TENS, "hundredth", "thousandth"])
UNTOLD = frozenset(
    [f"{word}s" for word in (*_EN_ONES[1:], *_EN_TENS, "hundredth", "thousandth", "quarter")]
    + words(
        "twenties thirties forties fifties sixties seventies eighties nineties halves трети третей третью третям третями третях четверти четвертей четвертям четвертями четвертях полтора "
        "полторы полутора полтораста полсотни полдюжины полтысячи полмиллиона"
    )
)
FRACTION = re.compile(
    rf"\b(?:an?|one)[\s-]+(?:{_DENOMINATORS})\b|\b(?:{_DENOMINATORS})\s+of\b|\band\s+a\s+(?:half|quarter)\b"
    r"|\bс\s+(?:половиной|четвертью)\b|\bпол-\w"
)
# The first part of «трёхдневный», «двадцатичетырёхчасовой».
STEMS = {
    word: value
    for word, value in (ADDED | {"дву": 2}).items()
    if word not in ORDINALS
    and re.fullmatch(
        r"дву|двух|трех|четырех|(?:пят|шест|сем|восьм|девят|десят)и|\w+(?:надцати|дцати|десяти)|сорока|девяноста|сто"
        r"|\w+сот",
        word,
    )
}
_UNITS = (
    "дневн|недельн|месячн|летн|летк|годичн|часов|минутн|секундн|кратн|разов|балльн|очков|процентн|шагов|этапн|уровнев"
    "|задачн|значн|звездочн"
)
_STEM = "|".join(sorted(STEMS, key=len, reverse=True))
COMPOUND_STEM = re.compile(_STEM)
COMPOUND = re.compile(rf"(?P<number>(?:{_STEM})+)(?:{_UNITS})")
