"""What a proposal says of itself, in the user's language. Pure."""

from collections.abc import Mapping
from typing import Any

LONGEST = 500
_EN = {
    "create_task": "Add the task “{title}”",
    "update_task": "Change a task",
    "complete_task": "Tick a task off",
    "skip_task": "Skip this time of a task",
    "postpone_task": "Move a task to {until}",
    "delete_task": "Put a task into the trash",
    "create_goal": "Add the goal “{title}”",
    "create_project": "Add the project “{title}”",
}
_RU = {
    "create_task": "Добавить задачу «{title}»",
    "update_task": "Изменить задачу",
    "complete_task": "Отметить задачу выполненной",
    "skip_task": "Пропустить задачу в этот раз",
    "postpone_task": "Перенести задачу на {until}",
    "delete_task": "Убрать задачу в корзину",
    "create_goal": "Добавить цель «{title}»",
    "create_project": "Добавить проект «{title}»",
}
SENTENCES = {"en": _EN, "ru": _RU}
NAMED = {
    "en": {"due_date": "due {}", "recurrence": "{}", "priority": "priority {}"},
    "ru": {"due_date": "срок {}", "recurrence": "{}", "priority": "приоритет {}"},
}


def summary(tool: str, arguments: Mapping[str, Any], locale: str) -> str:
    """Say in one line what would be done; what a user cannot see in it stands in the arguments beside it."""
    sentence = SENTENCES[locale if locale in SENTENCES else "en"][tool]
    said = sentence.format(**{"title": "", "until": "", **arguments})
    named = NAMED[locale if locale in NAMED else "en"]
    more = [form.format(arguments[name]) for name, form in named.items() if arguments.get(name)]
    whole = f"{said} ({', '.join(more)})" if more else said
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"
