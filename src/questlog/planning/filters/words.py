"""The words of filters, English and Russian: the structure of the language knows neither.

Words are compared folded: in small letters, with single spaces, `ё` as `е`.
"""

from collections.abc import Iterator, Mapping, Sequence

from questlog.planning.filters.tree import Dated, Named, Relation

# The first of each is its name, as it stands in the tree.
SPOKEN: Mapping[str, Sequence[str]] = {
    "all": ("all", "view all", "все", "все задачи"),
    "overdue": ("overdue", "over due", "od", "просрочено", "просроченные", "просроченное"),
    "no date": ("no date", "no due date", "без даты", "без срока", "нет даты", "нет срока"),
    "no time": ("no time", "без времени", "нет времени"),
    "no labels": ("no labels", "no label", "без меток", "без метки", "нет меток"),
    "no priority": ("no priority", "без приоритета", "нет приоритета"),
    "no deadline": ("no deadline", "без дедлайна", "без крайнего срока", "нет дедлайна"),
    "no start": ("no start", "no start date", "без начала", "без даты начала"),
    "no duration": ("no duration", "без длительности"),
    "no project": ("no project", "без проекта"),
    "no goal": ("no goal", "без цели"),
    "inbox": ("inbox", "входящие"),
    "recurring": ("recurring", "повторяющиеся", "повторяется", "повторяющаяся"),
    "subtask": ("subtask", "subtasks", "подзадача", "подзадачи"),
    "lessons": ("lessons", "lesson", "уроки", "урок"),
    "blocked": ("blocked", "заблокировано", "заблокированные", "ждет других"),
    "ready": ("ready", "готово к работе", "можно начинать"),
    "in progress": ("in progress", "в работе", "в процессе"),
    "completed": ("completed", "done", "выполнено", "выполненные", "завершено", "сделано"),
    "cancelled": ("cancelled", "canceled", "отменено", "отмененные"),
    "p1": ("p1", "п1", "р1", "priority 1", "приоритет 1"),  # the second р is Cyrillic, too
    "p2": ("p2", "п2", "р2", "priority 2", "приоритет 2"),
    "p3": ("p3", "п3", "р3", "priority 3", "приоритет 3"),
    "p4": ("p4", "п4", "р4", "priority 4", "приоритет 4"),
}
WORDS: Mapping[str, str] = {said: name for name, all_said in SPOKEN.items() for said in all_said}
DAYS = frozenset({"today", "tomorrow", "yesterday", "сегодня", "завтра", "вчера"})
INBOXES = frozenset({"inbox", "входящие"})

_DATED: Mapping[Dated, Sequence[str]] = {
    "due": ("due", "date", "due date", "срок", "дата"),
    "deadline": ("deadline", "дедлайн", "крайний срок"),
    "start": ("start", "start date", "начало", "дата начала"),
    "created": ("created", "added", "создано", "добавлено"),
    "updated": ("updated", "changed", "изменено", "обновлено"),
    "completed": ("completed", "done", "выполнено", "завершено", "сделано"),
    "skipped": ("skipped", "пропущено"),
    "postponed": ("postponed", "отложено", "перенесено"),
}
_RELATIONS: Mapping[Relation, Sequence[str]] = {
    "on": ("", " on", " за", " в"),
    "before": (" before", " до", " раньше"),
    "after": (" after", " после", " позже"),
}


def _dated() -> Iterator[tuple[str, tuple[Dated, Relation]]]:
    for field, spoken in _DATED.items():
        for relation, endings in _RELATIONS.items():
            for word in spoken:
                yield from ((word + ending, (field, relation)) for ending in endings)


DATED: Mapping[str, tuple[Dated, Relation]] = dict(_dated())
LONGEST_DATED = max(len(word.split()) for word in DATED)
NAMED: Mapping[str, Named] = {
    "label": "label",
    "метка": "label",
    "project": "project",
    "проект": "project",
    "goal": "goal",
    "цель": "goal",
    "course": "course",
    "курс": "course",
}
SEARCHED = frozenset({"search", "поиск", "найти"})
MEASURED = frozenset({"duration", "длительность"})
DIFFICULT = frozenset({"difficulty", "сложность"})
PRIORITISED = frozenset({"priority", "приоритет"})
STANDING = frozenset({"status", "статус", "состояние"})

DIFFICULTIES: Mapping[str, str] = {
    "trivial": "trivial",
    "normal": "normal",
    "hard": "hard",
    "boss": "boss",
    "легко": "trivial",
    "пустяк": "trivial",
    "обычно": "normal",
    "обычная": "normal",
    "сложно": "hard",
    "сложная": "hard",
    "босс": "boss",
}
PRIORITY_NAMES: Mapping[str, int] = {
    "none": 0,
    "low": 1,
    "medium": 2,
    "high": 3,
    "urgent": 4,
    "нет": 0,
    "низкий": 1,
    "средний": 2,
    "высокий": 3,
    "срочный": 4,
}
# A status is a word of its own; what is pending is neither of the others.
STATUSES: Mapping[str, str] = {
    "completed": "completed",
    "cancelled": "cancelled",
    "in progress": "in progress",
    "in_progress": "in progress",
    "pending": "pending",
    "выполнено": "completed",
    "отменено": "cancelled",
    "в работе": "in progress",
    "ожидает": "pending",
}


def fold(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())
