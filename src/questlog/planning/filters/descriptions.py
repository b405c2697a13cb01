"""What a filter asks for, in a sentence of English or Russian. The names and dates in it stay as they were typed."""

from collections.abc import Mapping
from dataclasses import dataclass

from questlog.planning.filters.shapes import speaks_of
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
    Period,
    Priority,
    Search,
    When,
    Within,
    Word,
)


@dataclass(frozen=True)
class Language:
    """`forms` have `{}` for what was typed; `units` are what is counted, by one, few and many."""

    heads: Mapping[frozenset[str], str]
    joints: Mapping[type, str]
    negation: str
    words: Mapping[str, str]
    forms: Mapping[str, str]
    fields: Mapping[str, str]
    relations: Mapping[str, str]
    periods: Mapping[str, str]
    units: Mapping[str, tuple[str, str, str]]


ENGLISH = Language(
    heads={
        frozenset(): "Open tasks: {}",
        frozenset({"completed"}): "Open and completed tasks: {}",
        frozenset({"cancelled"}): "Open and cancelled tasks: {}",
        frozenset({"completed", "cancelled"}): "All tasks: {}",
    },
    joints={Both: " and ", Either: " or ", Lists: "; or "},
    negation="not {}",
    words={
        "all": "any",
        "no date": "without a due date",
        "no time": "due on a day without a time",
        "no labels": "without labels",
        "no priority": "without priority",
        "no deadline": "without a deadline",
        "no start": "without a start date",
        "no duration": "without a duration",
        "no project": "in no project",
        "no goal": "serving no goal",
        "inbox": "in the inbox",
        "subtask": "a subtask",
        "lessons": "a lesson",
        "blocked": "waiting for another task",
        "ready": "waiting for nothing",
        "p1": "urgent",
        "p2": "of high priority",
        "p3": "of medium priority",
        "p4": "of low or no priority",
    },
    forms={
        "label": "with the label “{}”",
        "project": "in the project “{}”",
        "branch": "in “{}” or what lies under it",
        "goal": "serving the goal “{}”",
        "course": "a lesson of the course “{}”",
        "search": "with the words “{}”",
        "difficulty": "of the difficulty {}",
        "duration": "taking {} min",
        "priority": "of low priority",
    },
    fields={},
    relations={"on": "", "before": "before ", "after": "after "},
    periods={
        "this": "this {}",
        "next": "next {}",
        "last": "last {}",
        "next n": "in the next {}",
        "last n": "in the last {}",
        "past n": "in the {} before today",
    },
    units={
        "day": ("day", "days", "days"),
        "week": ("week", "weeks", "weeks"),
        "month": ("month", "months", "months"),
        "year": ("year", "years", "years"),
    },
)
RUSSIAN = Language(
    heads={
        frozenset(): "Открытые задачи: {}",
        frozenset({"completed"}): "Открытые и выполненные задачи: {}",
        frozenset({"cancelled"}): "Открытые и отменённые задачи: {}",
        frozenset({"completed", "cancelled"}): "Все задачи: {}",
    },
    joints={Both: " и ", Either: " или ", Lists: "; или "},
    negation="не {}",
    words={
        "all": "любые",
        "overdue": "просрочено",
        "no date": "без срока",
        "no time": "срок без времени",
        "no labels": "без меток",
        "no priority": "без приоритета",
        "no deadline": "без крайнего срока",
        "no start": "без даты начала",
        "no duration": "без длительности",
        "no project": "без проекта",
        "no goal": "без цели",
        "inbox": "во входящих",
        "recurring": "повторяется",
        "subtask": "подзадача",
        "lessons": "урок",
        "blocked": "ждёт другую задачу",
        "ready": "ничего не ждёт",
        "in progress": "в работе",
        "pending": "ожидает",
        "completed": "выполнено",
        "cancelled": "отменено",
        "p1": "срочное",
        "p2": "высокий приоритет",
        "p3": "средний приоритет",
        "p4": "низкий приоритет или никакого",
    },
    forms={
        "label": "с меткой «{}»",
        "project": "в проекте «{}»",
        "branch": "в «{}» и во всём, что под ним",
        "goal": "для цели «{}»",
        "course": "урок курса «{}»",
        "search": "со словами «{}»",
        "difficulty": "сложность {}",
        "duration": "длительность {} мин",
        "priority": "низкий приоритет",
    },
    fields={
        "due": "срок",
        "deadline": "крайний срок",
        "start": "начало",
        "created": "создано",
        "updated": "изменено",
        "completed": "выполнено",
        "skipped": "пропущено",
        "postponed": "отложено",
    },
    relations={"on": "", "before": "до ", "after": "после "},
    periods={
        "this": "{} (текущий период)",
        "next": "{} (следующий период)",
        "last": "{} (прошлый период)",
        "next n": "в ближайшие {}",
        "last n": "за последние {}",
        "past n": "за {} до сегодня",
    },
    units={
        "day": ("день", "дня", "дней"),
        "week": ("неделя", "недели", "недель"),
        "month": ("месяц", "месяца", "месяцев"),
        "year": ("год", "года", "лет"),
    },
)


def describe(node: Node, locale: str) -> str:
    language = RUSSIAN if locale == "ru" else ENGLISH
    return language.heads[speaks_of(node)].format(_said(node, language))


def _said(node: Node, language: Language) -> str:
    match node:
        case Not(of):
            return language.negation.format(_inside(of, language))
        case Both(parts) | Either(parts) | Lists(parts):
            return language.joints[type(node)].join(_inside(part, language) for part in parts)
        case _:
            return _leaf(node, language)


def _inside(node: Node, language: Language) -> str:
    said = _said(node, language)
    return f"({said})" if isinstance(node, Both | Either | Lists) else said


def _leaf(leaf: Leaf, language: Language) -> str:
    match leaf:
        case Word(name):
            return language.words.get(name, name)
        case Name(field, parts):
            return language.forms[field].format("*".join(parts))
        case When(field, relation, phrase):
            spoken = language.fields.get(field, field)
            return f"{spoken} {language.relations[relation]}{phrase}"
        case Within(field, period):
            return f"{language.fields.get(field, field)} {_period(period, language)}"
        case _:
            return _value(leaf, language)


def _value(leaf: Priority | Duration | Difficulty | Search, language: Language) -> str:
    match leaf:
        case Priority():
            return language.forms["priority"]
        case Duration(comparison, minutes):
            sign = "" if comparison == "=" else f"{comparison} "
            return language.forms["duration"].format(f"{sign}{minutes}")
        case Difficulty(name):
            return language.forms["difficulty"].format(name)
        case Search(words):
            return language.forms["search"].format(words)


def _period(period: Period, language: Language) -> str:
    one, few, many = language.units[period.unit]
    if period.count is None:
        return language.periods[period.kind].format(one)
    count = period.count
    teen = count % 100 in range(11, 15)
    form = (
        one
        if count % 10 == 1 and not teen
        else few
        if count % 10 in (2, 3, 4) and not teen
        else many
    )
    if count != 1 and language is ENGLISH:
        form = many
    return language.periods[f"{period.kind} n"].format(f"{count} {form}")
