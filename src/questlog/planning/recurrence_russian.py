"""A recurrence as a Russian sentence: "каждые 2 недели по понедельникам и четвергам, до 31 декабря 2026 года"."""

from questlog.planning.rrule import Frequency, Rule

# What is repeated: with 1 or 21 of them, with 2 to 4, with more; and "each" for the first of these.
UNITS = {
    Frequency.DAILY: ("каждый", "день", "дня", "дней"),
    Frequency.WEEKLY: ("каждую", "неделю", "недели", "недель"),
    Frequency.MONTHLY: ("каждый", "месяц", "месяца", "месяцев"),
    Frequency.YEARLY: ("каждый", "год", "года", "лет"),
}
UNITS_OF = {
    Frequency.DAILY: "дня",
    Frequency.WEEKLY: "недели",
    Frequency.MONTHLY: "месяца",
    Frequency.YEARLY: "года",
}
# On which weekdays (dative plural), and one weekday in the accusative with its gender.
BY_WEEKDAYS = (
    "понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям",
)  # fmt: skip
WEEKDAYS = (
    ("понедельник", 0), ("вторник", 0), ("среду", 1), ("четверг", 0),
    ("пятницу", 1), ("субботу", 1), ("воскресенье", 2),
)  # fmt: skip
# "Since" a weekday, with its preposition.
OF_WEEKDAYS = (
    " понедельника", "о вторника", " среды", " четверга", " пятницы", " субботы", " воскресенья",
)  # fmt: skip
OF_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
IN_MONTHS = (
    "январе", "феврале", "марте", "апреле", "мае", "июне",
    "июле", "августе", "сентябре", "октябре", "ноябре", "декабре",
)  # fmt: skip
ORDINALS = {
    1: ("первый", "первую", "первое"),
    2: ("второй", "вторую", "второе"),
    3: ("третий", "третью", "третье"),
    4: ("четвёртый", "четвёртую", "четвёртое"),
    5: ("пятый", "пятую", "пятое"),
    -1: ("последний", "последнюю", "последнее"),
    -2: ("предпоследний", "предпоследнюю", "предпоследнее"),
}
NOMINATIVES = {"среду": "среда", "пятницу": "пятница", "субботу": "суббота"}
WORKING_WEEK = tuple((0, day) for day in range(5))


def sentence(rule: Rule) -> str:
    after = " после выполнения" if rule.from_completion else ""
    return _every(rule) + after + _on(rule) + _week(rule) + _ending(rule)


def _every(rule: Rule) -> str:
    each, one, few, many = UNITS[rule.frequency]
    if rule.interval == 1:
        return f"{each} {one}"
    form = _form(rule.interval, one, few, many)
    return f"{each if form == one else 'каждые'} {rule.interval} {form}"


def _on(rule: Rule) -> str:
    if rule.positions and rule.weekdays == WORKING_WEEK and not rule.month_days:
        return f" {_places(rule)} рабочий день{_of_months_alone(rule)}"
    if rule.positions:
        return f"{_in_months(rule)} {_places(rule)} из дней: {_choice(rule)}"
    if rule.frequency is Frequency.DAILY:
        return _limits(rule)
    if rule.month_days:
        only = f", если это {_join(_nominatives(rule), 'или')}" if rule.weekdays else ""
        return f" {_month_days(rule)}{only}"
    if rule.weekdays:
        return f" {_weekdays(rule)}{_of_months(rule)}"
    return _in_months(rule)


def _limits(rule: Rule) -> str:
    """A daily rule names no days, it leaves some out."""
    weekdays = f", только {_by_weekdays(rule)}" if rule.weekdays else ""
    month_days = f", только {_month_days(rule)}" if rule.month_days else ""
    months = f", только{_in_months(rule)}" if rule.months and not rule.month_days else ""
    return weekdays + month_days + months


def _by_weekdays(rule: Rule) -> str:
    if rule.weekdays == WORKING_WEEK:
        return "по будням"
    return "по " + _join([BY_WEEKDAYS[day] for _, day in rule.weekdays])


def _weekdays(rule: Rule) -> str:
    if not any(ordinal for ordinal, _ in rule.weekdays):
        return _by_weekdays(rule)
    ordered = sorted(rule.weekdays, key=lambda day: day[0] < 0)
    named = _join([_on_weekday(day) for day in ordered])
    return named if rule.months or rule.frequency is Frequency.MONTHLY else f"{named} года"


def _on_weekday(numbered: tuple[int, int]) -> str:
    ordinal, day = numbered
    if not ordinal:
        return f"по {BY_WEEKDAYS[day]}"
    name, gender = WEEKDAYS[day]
    return f"{'во' if ordinal == 2 else 'в'} {_placed(ordinal, gender, name)}"


def _placed(ordinal: int, gender: int, name: str) -> str:
    if ordinal in ORDINALS:
        return f"{ORDINALS[ordinal][gender]} {name}"
    return f"{_numeral(abs(ordinal), gender)} {name}{' с конца' if ordinal < 0 else ''}"


def _places(rule: Rule) -> str:
    ordered = sorted(rule.positions, key=lambda place: place < 0)
    return _join([f"{'во' if place == 2 else 'в'} {_accusative(place, 0)}" for place in ordered])


def _accusative(place: int, gender: int) -> str:
    if place in ORDINALS:
        return ORDINALS[place][gender]
    return f"{_numeral(abs(place), gender)}{' с конца' if place < 0 else ''}"


def _numeral(number: int, gender: int) -> str:
    return f"{number}-{('й', 'ю', 'е')[gender]}"


def _month_days(rule: Rule) -> str:
    counted = [day for day in rule.month_days if day > 0]
    from_end = [f"в {_placed(day, 0, 'день')}" for day in rule.month_days if day < 0]
    if counted and rule.months:
        # A single month reads like a date: "29 февраля".
        days = [f"{_join([str(day) for day in counted])}{_of_months(rule)}"]
    elif counted:
        days = [f"{_join([f'{day}-го' for day in counted])} числа"]
    else:
        days = []
    return _join(days + from_end) + ("" if days else _of_months(rule))


def _choice(rule: Rule) -> str:
    """The days among which a position chooses."""
    days = ["будни"] if rule.weekdays == WORKING_WEEK else _nominatives(rule)
    days += [f"{day}-е" if day > 0 else _placed(day, 0, "день") for day in rule.month_days]
    return _join(days) or f"все дни {UNITS_OF[rule.frequency]}"


def _nominatives(rule: Rule) -> list[str]:
    return [_nominative(ordinal, day) for ordinal, day in rule.weekdays]


def _nominative(ordinal: int, day: int) -> str:
    """Return "пятница", "последняя пятница", "6-я пятница с конца"."""
    accusative, gender = WEEKDAYS[day]
    name = NOMINATIVES.get(accusative, accusative)
    if not ordinal:
        return name
    if ordinal in ORDINALS:
        feminine = ORDINALS[ordinal][1].removesuffix("ую") + "ая"
        soft = {"третью": "третья", "последнюю": "последняя", "предпоследнюю": "предпоследняя"}
        placed = (
            soft.get(ORDINALS[ordinal][1], feminine) if gender == 1 else ORDINALS[ordinal][gender]
        )
        return f"{placed} {name}"
    ending = ("й", "я", "е")[gender]
    return f"{abs(ordinal)}-{ending} {name}{' с конца' if ordinal < 0 else ''}"


def _in_months(rule: Rule) -> str:
    return f" в {_join([IN_MONTHS[month - 1] for month in rule.months])}" if rule.months else ""


def _of_months(rule: Rule) -> str:
    if rule.months and not any(ordinal for ordinal, _ in rule.weekdays) and not rule.month_days:
        return _in_months(rule)
    return _of_months_alone(rule)


def _of_months_alone(rule: Rule) -> str:
    return f" {_join([OF_MONTHS[month - 1] for month in rule.months])}" if rule.months else ""


def _week(rule: Rule) -> str:
    """Which weeks of "каждые 2 недели" count hangs on the day they begin with; Monday goes without saying."""
    return f", недели с{OF_WEEKDAYS[rule.week_start]}" if rule.week_start else ""


def _ending(rule: Rule) -> str:
    if rule.until:
        day = rule.until
        return f", до {day.day} {OF_MONTHS[day.month - 1]} {day.year:04d} года"
    if rule.count:
        return f", {rule.count} {_form(rule.count, 'раз', 'раза', 'раз')}"
    return ""


def _form(number: int, one: str, few: str, many: str) -> str:
    if number % 10 == 1 and number % 100 != 11:
        return one
    return few if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else many


def _join(items: list[str], word: str = "и") -> str:
    return (
        f" {word} ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
    )
