"""What each tool is for, as models and people are told it."""

from collections.abc import Mapping

_EN = {
    "list_tasks": "List the user's open tasks: all of them, or by a view or a filter expression.",
    "search": "Find tasks and quick captures by words of their title and description.",
    "todays_plan": "What is overdue, what is due today, and what to do next with the reasons.",
    "list_goals": "List the user's goals.",
    "list_projects": "List the user's projects with how many tasks are open in each.",
    "statistics": "Count what the user completed on each of the last days, and overall.",
    "course_progress": "How far the user is in their courses, with level and XP.",
    "review_cards": "The questions that wait for a review. Their answers are not told.",
    "create_task": "Add a task.",
    "update_task": "Change fields of a task. What is not named stays; null clears.",
    "complete_task": "Tick a task off.",
    "skip_task": "Skip the present date of a recurring task.",
    "postpone_task": "Move this one time of a task to a later day.",
    "delete_task": "Put a task into the trash.",
    "create_goal": "Add a goal.",
    "create_project": "Add a project.",
}
_RU = {
    "list_tasks": "Открытые задачи пользователя: все, или по виду, или по выражению фильтра.",
    "search": "Найти задачи и быстрые заметки по словам в названии и описании.",
    "todays_plan": "Что просрочено, что на сегодня и за что взяться дальше, с причинами.",
    "list_goals": "Цели пользователя.",
    "list_projects": "Проекты пользователя и число открытых задач в каждом.",
    "statistics": "Сколько сделано в каждый из последних дней и всего.",
    "course_progress": "Как далеко пользователь прошёл курсы, его уровень и опыт.",
    "review_cards": "Вопросы, которые пора повторить. Ответы не сообщаются.",
    "create_task": "Добавить задачу.",
    "update_task": "Изменить поля задачи. Что не названо, остаётся; null очищает.",
    "complete_task": "Отметить задачу выполненной.",
    "skip_task": "Пропустить текущую дату повторяющейся задачи.",
    "postpone_task": "Перенести задачу в этот раз на более поздний день.",
    "delete_task": "Убрать задачу в корзину.",
    "create_goal": "Добавить цель.",
    "create_project": "Добавить проект.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "ru": _RU}


def purpose(tool: str, locale: str) -> str:
    return WORDS.get(locale, _EN)[tool]
