"""What the coach understands and says without a model, in each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

type Triggers = tuple[tuple[str, str], ...]
NO_TOOL = ""
DOING = frozenset({NO_TOOL, "create_goal", "create_project", "create_task"})


@dataclass(frozen=True)
class RuleWords:
    """`commands` are patterns of what the user may say, with the tool that answers; the first that fits is taken.

    A pattern with a group `what` hands it over; one without a tool is of what the rules cannot do, and must not be taken
    for something else. The sentences below them say what a tool found.
    """

    commands: Triggers
    no_model: str
    enough: str
    refused: str
    proposed: str
    done: str
    nothing: str
    more: str
    statistics: str
    due: str
    headings: Mapping[str, str] = field(default_factory=dict)


ENGLISH = RuleWords(
    commands=(
        (
            r"(?:please\s+)?(?:cancel|delete|remove|undo|move|change|rename|postpone|reschedule|skip|complete|finish|mark|tick|check off)\b.*",
            NO_TOOL,
        ),
        (
            r"(?:(?:add|create|make|set)\s+(?:(?:a|my)\s+(?:new\s+)?|new\s+)goal(?:\s*[:-]\s*|\s+(?:to\s+)?)"
            r"|(?:add|create|make|set|new)\s+goal(?:\s*[:-]\s*|\s+to\s+))(?P<what>.+)",
            "create_goal",
        ),
        (
            r"(?:(?:add|create|make)\s+(?:(?:a|my)\s+(?:new\s+)?|new\s+)project(?:\s*[:-]\s*|\s+)"
            r"|(?:add|create|make|new)\s+project\s*[:-]\s*)(?P<what>.+)",
            "create_project",
        ),
        (
            r"(?:add|create|new task|remind me to|i (?:need|have) to)[:\s]+(?:a task[:\s]+)?(?:to )?(?P<what>.+)",
            "create_task",
        ),
        (r"(?:find|search(?: for)?|look for)[:\s]+(?P<what>.+)", "search"),
        (r".*\b(?:overdue|late)\b.*", "list_overdue"),
        (r".*\b(?:plan|today|what (?:next|now)|what should i do|next)\b.*", "todays_plan"),
        (r".*\b(?:stat\w*|progress|how am i doing|productiv\w*|week)\b.*", "statistics"),
        (r".*\bgoals?\b.*", "list_goals"),
        (r".*\bprojects?\b.*", "list_projects"),
        (r".*\b(?:course\w*|lesson\w*|level|xp)\b.*", "course_progress"),
        (r".*\b(?:review\w*|cards?)\b.*", "review_cards"),
        (r".*\btasks?\b.*", "list_tasks"),
    ),
    no_model=(
        "No language model is configured on this server, so I cannot talk freely. I can still do this: "
        "“today” shows what is due and what to do next, “statistics” counts what you completed this week, "
        "“overdue”, “tasks”, “goals”, “projects”, “courses” and “cards” list them, “find …” searches, "
        "and “add …” proposes a task, “new goal: …” a goal and “new project: …” a project for you to accept."
    ),
    enough="I could not bring this to an end, so I stop here. Please ask again, in smaller steps.",
    refused="That did not work: {why}",
    proposed="I propose: {what}. Nothing is changed until you accept it.",
    done="Done: {what}.",
    nothing="There is nothing to show.",
    more="… and more.",
    statistics="Completed in the last {days:day|days}: {done}.",
    due="Cards that wait for a review: {due}.",
    headings={
        "overdue": "Overdue:",
        "due_today": "Due today:",
        "next": "What to do next:",
        "tasks": "Your open tasks:",
        "found": "Found:",
        "goals": "Your goals:",
        "projects": "Your projects:",
        "courses": "Your courses:",
        "questions": "Questions:",
    },
)
RUSSIAN = RuleWords(
    commands=(
        (
            r"(?:пожалуйста,?\s+)?(?:отмен|отлож|отмет|отмеч|удал|убер|убра|перенес|пропусти|измен|переимен|выполни|сдела[йт]|заверш|закончи|закро|верни)\w*\b.*",
            NO_TOOL,
        ),
        (
            r"(?:(?:добавь|добавить|создай|создать|запиши|поставь)[:\s]+(?:мне\s+)?(?:новую\s+)?|новая\s+)цель(?:\s*[:—–-]\s*|\s+)(?P<what>.+)",
            "create_goal",
        ),
        (
            r"(?:(?:добавь|добавить|создай|создать|запиши)[:\s]+(?:мне\s+)?(?:новый\s+)?|новый\s+)проект(?:\s*[:—–-]\s*|\s+)(?P<what>.+)",
            "create_project",
        ),
        (
            r"(?:добавь|добавить|создай|создать|запиши|напомни(?: мне)?|новая задача|мне (?:нужно|надо)|поставь(?=\s+(?:мне\s+)?задачу\b)(?: мне)?)[:\s]+(?:задачу[:\s]+)?(?P<what>.+)",
            "create_task",
        ),
        (r"(?:найди|найти|поищи|поиск)[:\s]+(?P<what>.+)", "search"),
        (r".*\bпросроч\w*.*", "list_overdue"),
        (r".*\b(?:план\w*|сегодня|что (?:дальше|делать|теперь)|дальше)\b.*", "todays_plan"),
        (
            r".*\b(?:статист\w*|прогресс\w*|успех\w*|как (?:у меня )?дела|недел\w*)\b.*",
            "statistics",
        ),
        (r".*\bцел(?:ь|и|ей|ью|ям|ями|ях)\b.*", "list_goals"),
        (r".*\bпроект\w*\b.*", "list_projects"),
        (r".*\b(?:курс\w*|урок\w*|уров\w*|опыт\w*)\b.*", "course_progress"),
        (r".*\b(?:повтор\w*|карточ\w*)\b.*", "review_cards"),
        (r".*\bзадач\w*\b.*", "list_tasks"),
    ),
    no_model=(
        "На этом сервере не настроена языковая модель, поэтому свободно говорить я не могу. Зато могу вот что: "
        "«сегодня» покажет, что на очереди и что делать дальше, «статистика» посчитает сделанное за неделю, "
        "«просроченные», «задачи», «цели», «проекты», «курсы» и «карточки» их перечислят, «найди …» поищет, "
        "«добавь …» предложит задачу, «новая цель: …» — цель, а «новый проект: …» — проект, которые останется принять."
    ),
    enough="Довести это до конца не получилось, поэтому я останавливаюсь. Спросите ещё раз, маленькими шагами.",
    refused="Не получилось: {why}",
    proposed="Предлагаю: {what}. Ничего не изменится, пока вы не примете предложение.",
    done="Сделано: {what}.",
    nothing="Показать нечего.",
    more="… и ещё.",
    statistics="За последние {days:день|дня|дней} сделано: {done}.",
    due="Ждут повторения карточек: {due}.",
    headings={
        "overdue": "Просрочено:",
        "due_today": "На сегодня:",
        "next": "Что делать дальше:",
        "tasks": "Открытые задачи:",
        "found": "Нашлось:",
        "goals": "Ваши цели:",
        "projects": "Ваши проекты:",
        "courses": "Ваши курсы:",
        "questions": "Вопросы:",
    },
)
WORDS: Mapping[str, RuleWords] = {"en": ENGLISH, "ru": RUSSIAN}


def words_of(locale: str) -> RuleWords:
    return WORDS.get(locale, ENGLISH)


def commands_of(words: RuleWords) -> Triggers:
    """Return what is understood, one's own language first: what is to be done in any of them, then what is asked."""
    spoken = [words, *(one for one in WORDS.values() if one is not words)]
    ordered = [
        [(pattern, tool) for pattern, tool in one.commands if tool in DOING] for one in spoken
    ]
    asked = [
        [(pattern, tool) for pattern, tool in one.commands if tool not in DOING] for one in spoken
    ]
    return tuple(chain.from_iterable([*ordered, *asked]))
