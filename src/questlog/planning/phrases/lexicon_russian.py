"""Russian words of dates, in the forms that sentences put them in. `ё` is written `е`: both are read."""

from collections.abc import Mapping

from questlog.planning.phrases.kinds import Kind, Part, Unit, plain

MONTHS = (
    "январь января январе январю янв", "февраль февраля феврале февралю фев", "март марта марте марту мар",
    "апрель апреля апреле апрелю апр", "май мая мае маю", "июнь июня июне июню июн",
    "июль июля июле июлю июл", "август августа августе августу авг",
    "сентябрь сентября сентябре сентябрю сен сент", "октябрь октября октябре октябрю окт",
    "ноябрь ноября ноябре ноябрю ноя нояб", "декабрь декабря декабре декабрю дек",
)  # fmt: skip
WEEKDAYS = (
    "понедельник понедельника понедельнику понедельником понедельнике пн",
    "вторник вторника вторнику вторником вторнике вт",
    "среда среду среды среде ср",
    "четверг четверга четвергу четвергом четверге чт",
    "пятница пятницу пятницы пятнице пятницей пт",
    "суббота субботу субботы субботе субботой сб",
    "воскресенье воскресенья воскресенью воскресеньем воскресение вс",
)
NUMBERS = (
    "один одну одного одной", "два две двух", "три трех", "четыре четырех", "пять пяти", "шесть шести",
    "семь семи", "восемь восьми", "девять девяти", "десять десяти", "одиннадцать одиннадцати",
    "двенадцать двенадцати", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать",
    "восемнадцать", "девятнадцать", "двадцать",
)  # fmt: skip
ORDINAL_STEMS = (
    "перв втор трет четверт пят шест седьм восьм девят десят одиннадцат двенадцат тринадцат четырнадцат"
    " пятнадцат шестнадцат семнадцат восемнадцат девятнадцат двадцат"
)
UNITS = {
    Unit.SECOND: "секунда секунду секунды секунд сек",
    Unit.MINUTE: "минута минуту минуты минут мин",
    Unit.HOUR: "час часа часов ч",
    Unit.DAY: "день дня дней дн сутки суток",
    Unit.WEEK: "неделя неделю недели недель неделе нед",
    Unit.MONTH: "месяц месяца месяцев месяце мес",
    Unit.QUARTER: "квартал квартала кварталов квартале",
    Unit.YEAR: "год года лет году",
}
CHOICES = {
    0: "этот эту это эти эта этой этом этого этих этим текущий текущей текущем текущего",
    1: "следующий следующая следующую следующее следующие следующей следующем следующего следующих следующему"
    " будущий будущую будущее будущей будущем будущего",
    -1: "прошлый прошлая прошлую прошлое прошлые прошлой прошлом прошлого прошлых прошлым предыдущий предыдущую"
    " предыдущей предыдущем",
}
PLACES = {
    1: "первый первую первое первой первого первому",
    2: "второй вторую второе второго второму",
    3: "третий третью третье третьей третьего третьему",
    4: "четвертый четвертую четвертое четвертой четвертого четвертому",
    5: "пятый пятую пятое пятой пятого пятому",
    -1: "последний последнюю последнее последней последнего последнему",
}
EDGES = {
    -1: "конец конца концу конце последний последнего последнему",
    0: "середина середину середины середине",
    1: "начало начала началу начале первый первого первому",
}


def _ordinals() -> dict[str, int]:
    """ "третий" has endings of its own; the others take those of a hard adjective."""
    words = {
        stem + ending: number
        for number, stem in enumerate(ORDINAL_STEMS.split(), 1)
        for ending in (("ье", "ьего", "ьему") if stem == "трет" else ("ое", "ого", "ому"))
    }
    return words | dict.fromkeys(("тридцатое", "тридцатого", "тридцатому"), 30)


def _forms[Meaning: int](words: Mapping[Meaning, str]) -> dict[str, int]:
    return {word: meaning for meaning, forms in words.items() for word in forms.split()}


WORDS: Mapping[Kind, Mapping[str, int]] = {
    Kind.DAY: {
        "сегодня": 0,
        "завтра": 1,
        "послезавтра": 2,
        "послепослезавтра": 3,
        "вчера": -1,
        "позавчера": -2,
        "позапозавчера": -3,
    },
    Kind.WEEKDAY: _forms(dict(enumerate(WEEKDAYS))),
    Kind.WEEKEND: plain("выходные выходных выходным"),
    Kind.MONTH: _forms(dict(enumerate(MONTHS, 1))),
    Kind.UNIT: _forms(UNITS),
    Kind.HALF: {
        "полчаса": Unit.HOUR,
        "полдня": Unit.DAY,
        "полмесяца": Unit.MONTH,
        "полгода": Unit.YEAR,
    },
    Kind.COUNT: _forms(dict(enumerate(NUMBERS, 1))),
    Kind.SOME: {"пару": 2, "пара": 2, "несколько": 3},
    Kind.NTH: _ordinals(),
    Kind.TENS: {"двадцать": 20, "тридцать": 30},
    Kind.SUFFIX: plain("го е ое ого му ому"),
    Kind.PART: {
        "утро": Part.MORNING,
        "утру": Part.MORNING,
        "утра": Part.MORNING,
        "вечер": Part.EVENING,
        "вечеру": Part.EVENING,
        "вечера": Part.EVENING,
        "ночь": Part.NIGHT,
    },
    Kind.PART_ADVERB: {
        "утром": Part.MORNING,
        "днем": Part.AFTERNOON,
        "вечером": Part.EVENING,
        "ночью": Part.NIGHT,
    },
    Kind.PART_OF_HOUR: {
        "утра": Part.MORNING,
        "дня": Part.AFTERNOON,
        "вечера": Part.EVENING,
        "ночи": Part.NIGHT,
    },
    Kind.NAMED_HOUR: {"полдень": 12, "полудню": 12, "полудня": 12, "полночь": 0, "полуночи": 0},
    Kind.OCLOCK: plain("час часа часов часам ч"),
    Kind.CHOICE: _forms(CHOICES),
    Kind.PLACE: _forms(PLACES),
    Kind.COMING: plain("ближайший ближайшая ближайшую ближайшее ближайшие ближайшей ближайших"),
    Kind.ON: plain("в во на к ко до с со"),
    Kind.AT: plain("в во к ко до с со после около"),
    Kind.BARE_AT: {"в": 0},
    Kind.AHEAD: plain("через спустя течение течении"),
    Kind.AGO: {"назад": 0},
    Kind.LATER: {"спустя": 0},
    Kind.AFTER: {"после": 1, "до": -1},
    Kind.EDGE: _forms(EDGES),
    Kind.AND: {"и": 0},
    Kind.YEAR_WORD: plain("года год году г"),
    Kind.DAY_NUMBER: plain("числа число числу"),
    Kind.CONNECTS: plain(
        "в во для до за завтра и из или к каждую каждый каждое на от по при с сегодня со у"
    ),
}

# Words with a life of their own: they are weekdays only where something beside them says so.
UNSURE = frozenset({"среда", "ср", "сб", "вс"})
# "среда" is the environment as well: these forms are the weekday only after these prepositions.
BOUND: Mapping[str, frozenset[str]] = {
    "среду": frozenset({"в", "на"}),
    "среде": frozenset({"к", "ко"}),
    "среды": frozenset({"до", "с", "со"}),
}
