"""What a proposal says of itself, in one line of the user's language. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from questlog.planning import recurrence
from questlog.planning.recurrence import RecurrenceError

type Names = Mapping[str, Mapping[Any, str]]

LONGEST = 500
LONGEST_VALUE = 120
_EN = {
    "create_task": "Add the task “{title}”",
    "update_task": "Change the task “{task_id}”",
    "complete_task": "Tick off the task “{task_id}”",
    "skip_task": "Skip the task “{task_id}” this time",
    "postpone_task": "Move the task “{task_id}” to {until}",
    "delete_task": "Put the task “{task_id}” into the trash",
    "create_goal": "Add the goal “{title}”",
    "create_project": "Add the project “{title}”",
}
_RU = {
    "create_task": "Добавить задачу «{title}»",
    "update_task": "Изменить задачу «{task_id}»",
    "complete_task": "Отметить выполненной задачу «{task_id}»",
    "skip_task": "Пропустить в этот раз задачу «{task_id}»",
    "postpone_task": "Перенести задачу «{task_id}» на {until}",
    "delete_task": "Убрать в корзину задачу «{task_id}»",
    "create_goal": "Добавить цель «{title}»",
    "create_project": "Добавить проект «{title}»",
}
SENTENCES = {"en": _EN, "ru": _RU}
_FIELDS_EN = {
    "title": "title",
    "due_date": "due",
    "deadline": "deadline",
    "recurrence": "repeats",
    "priority": "priority",
    "difficulty": "difficulty",
    "duration": "minutes",
    "project_id": "project",
    "goal_id": "goal",
    "parent_task_id": "under",
    "parent_goal_id": "under",
    "labels": "labels",
    "goal_type": "kind",
    "period": "period",
    "description": "description",
}
_FIELDS_RU = {
    "title": "название",
    "due_date": "срок",
    "deadline": "крайний срок",
    "recurrence": "повтор",
    "priority": "приоритет",
    "difficulty": "сложность",
    "duration": "минут",
    "project_id": "проект",
    "goal_id": "цель",
    "parent_task_id": "внутри",
    "parent_goal_id": "внутри",
    "labels": "метки",
    "goal_type": "вид",
    "period": "период",
    "description": "описание",
}
FIELDS = {"en": _FIELDS_EN, "ru": _FIELDS_RU}
NOTHING = {"en": "none", "ru": "нет"}
_CODES_EN: Names = {
    "goal_type": {"quarterly": "for a quarter", "yearly": "for a year"},
    "difficulty": {"boss": "a boss"},
    "priority": dict(enumerate(("none", "low", "medium", "high", "urgent"))),
}
_CODES_RU: Names = {
    "goal_type": {"quarterly": "на квартал", "yearly": "на год"},
    "difficulty": {"trivial": "пустяк", "normal": "обычная", "hard": "трудная", "boss": "босс"},
    "priority": dict(enumerate(("нет", "низкий", "средний", "высокий", "срочный"))),
}
CODES: Mapping[str, Names] = {"en": _CODES_EN, "ru": _CODES_RU}
# What reorders the letters around it, or is not seen, could make a line read as something else than is done.
UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def summary(tool: str, arguments: Mapping[str, Any], named: Mapping[str, str], locale: str) -> str:
    """Say what would be done. `named` has what ids in the arguments are called.

    It is for reading: what does not fit, and what exactly is done, stands in the arguments beside it.
    """
    language = locale if locale in SENTENCES else "en"
    sentence = SENTENCES[language][tool]
    told = {name: _words(_named(name, one, language), language) for name, one in arguments.items()}
    told |= {name: _words(title, language) for name, title in named.items()}
    more = [
        f"{word}: {told[name]}"
        for name, word in FIELDS[language].items()
        if name in told and f"{{{name}}}" not in sentence
    ]
    said = sentence.format_map(told)
    whole = f"{said} ({'; '.join(more)})" if more else said
    return _cut(whole, LONGEST)


def _named(name: str, value: Any, language: str) -> Any:
    """Return what a code is called; what has no name stays."""
    if name == "recurrence" and value is not None:
        try:
            return recurrence.words(recurrence.parse(value), language)
        except RecurrenceError:  # as those that hang on the day
            return value
    return value if isinstance(value, list) else CODES[language].get(name, {}).get(value, value)


def _words(value: Any, language: str) -> str:
    if value is None or value == []:
        return NOTHING[language]
    if isinstance(value, list):
        return ", ".join(_words(one, language) for one in value)
    return _cut(" ".join(UNSEEN.sub("", str(value)).split()), LONGEST_VALUE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
