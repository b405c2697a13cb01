"""The parts of an urgency in words, English and Russian. Pure."""

from collections.abc import Callable, Mapping

from questlog.planning.urgency import Name, Part

ENGLISH_PRIORITIES = ("none", "low", "medium", "high", "urgent")
RUSSIAN_PRIORITIES = ("нет", "низкая", "средняя", "высокая", "срочная")

type Forms = tuple[str, str, str]
DAYS: Forms = ("день", "дня", "дней")
MINUTES: Forms = ("минуту", "минуты", "минут")


def words(part: Part, locale: str) -> str:
    """Return what a part tells, without its points."""
    table = RUSSIAN if locale.startswith("ru") else ENGLISH
    return table[part.name](part)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _english_due(part: Part) -> str:
    if part.fact == 0:
        return "due today"
    return f"{_days(part.fact)} overdue" if part.fact > 0 else f"due in {_days(-part.fact)}"


def _english_deadline(part: Part) -> str:
    if part.fact == 0:
        return "the deadline is today"
    if part.fact > 0:
        return f"the deadline passed {_days(part.fact)} ago"
    return f"the deadline is in {_days(-part.fact)}"


def _english_blocking(part: Part) -> str:
    return "1 task waits for it" if part.fact == 1 else f"{part.fact} tasks wait for it"


def _english_fit(part: Part) -> str:
    minutes = "1 minute" if part.fact == 1 else f"{part.fact} minutes"
    return f"takes {minutes}" + (", too long for now" if part.points < 0 else "")


ENGLISH: Mapping[Name, Callable[[Part], str]] = {
    "due": _english_due,
    "deadline": _english_deadline,
    "blocking": _english_blocking,
    "priority": lambda part: f"priority {ENGLISH_PRIORITIES[part.fact]}",
    "started": lambda _part: "in progress",
    "fits": _english_fit,
    "age": lambda part: f"written down {_days(part.fact)} ago",
    "goal": lambda _part: "serves a goal",
    "project": lambda _part: "belongs to a project",
}


def _counted(count: int, forms: Forms) -> str:
    """Return a number with its noun: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} {forms[0]}"
    few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return f"{count} {forms[1] if few else forms[2]}"


def _russian_due(part: Part) -> str:
    if part.fact == 0:
        return "срок сегодня"
    if part.fact > 0:
        return f"просрочена на {_counted(part.fact, DAYS)}"
    return f"срок через {_counted(-part.fact, DAYS)}"


def _russian_deadline(part: Part) -> str:
    if part.fact == 0:
        return "крайний срок сегодня"
    if part.fact > 0:
        return f"крайний срок прошёл {_counted(part.fact, DAYS)} назад"
    return f"крайний срок через {_counted(-part.fact, DAYS)}"


def _russian_blocking(part: Part) -> str:
    waits = "ждёт" if part.fact % 10 == 1 and part.fact % 100 != 11 else "ждут"
    return f"её {waits} {_counted(part.fact, ('задача', 'задачи', 'задач'))}"


def _russian_fit(part: Part) -> str:
    return f"займёт {_counted(part.fact, MINUTES)}" + (
        ", сейчас не успеть" if part.points < 0 else ""
    )


RUSSIAN: Mapping[Name, Callable[[Part], str]] = {
    "due": _russian_due,
    "deadline": _russian_deadline,
    "blocking": _russian_blocking,
    "priority": lambda part: f"важность {RUSSIAN_PRIORITIES[part.fact]}",
    "started": lambda _part: "уже начата",
    "fits": _russian_fit,
    "age": lambda part: f"записана {_counted(part.fact, DAYS)} назад",
    "goal": lambda _part: "служит цели",
    "project": lambda _part: "относится к проекту",
}
