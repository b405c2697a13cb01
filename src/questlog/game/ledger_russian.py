"""The ledger in Russian. Amounts follow their nouns, so that no number asks for a case."""

from questlog.core.month_names import russian_date
from questlog.game.ledger_phrases import Phrases


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")


PHRASES = Phrases(
    deeds={
        "task": "Задача «{title}» выполнена",
        "lesson": "Урок «{title}» пройден",
        "quiz": "Тест «{title}» пройден",
        "review": "Ответ на карточку «{title}»",
        "goal": "Цель «{title}» достигнута",
        "course": "Завершено с новой редакцией курса, «{title}»",
    },
    named={
        "quest": "Задание «{title}» выполнено",
        "challenge": "Испытание «{title}» пройдено",
        "purchase": "Покупка «{title}»",
    },
    quantity=", количество {count}",
    boss="Побеждён босс, {name}",
    some_boss="Босс, которого уже нет",
    day={
        "frozen": "{day} ничего не сделано, серию сохранила заморозка",
        "broken": "{day} ничего не сделано, серия прервалась (дней: {streak})",
    },
    heart={
        "time": "Сердца восстанавливаются со временем",
        "review": "Повторение лечит",
        "quiz": "Неверный ответ в тесте, пройденном впервые",
        "switch": "Сердца выключены или включены",
    },
    adjustment="Поправка администратора, «{reason}»",
    for_yesterday=", за вчера",
    taken_back="{what}, отмена",
    amounts={
        "xp": "опыт {count}",
        "gold": "золото {count}",
        "hearts": "сердца {count}",
        "freezes": "заморозки серии {count}",
        "potion": "применения зелья {count}",
    },
    nothing="ничего",
    factors={
        "difficulty": "сложность: {difficulty}",
        "subtask": "подзадача",
        "potion": "зелье сосредоточенности",
        "limit": "дневной предел",
    },
    difficulties={
        "trivial": "пустяковая",
        "normal": "обычная",
        "hard": "высокая",
        "boss": "высшая",
    },
    rounded=", с округлением вниз {count}",
    half="За день полностью оплачиваются первые задачи ({full}), следующие наполовину",
    over="Задачи сверх {most} за день не оплачиваются",
    ahead="Раньше срока за день оплачивается только одна задача",
    damage="{boss}: здоровье −{count}",
    healed="{boss}: здоровье +{count}",
    date=russian_date,
    number=_number,
)
