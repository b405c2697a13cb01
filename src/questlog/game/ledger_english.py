"""The ledger in English."""

from questlog.core.month_names import english_date
from questlog.game.ledger_phrases import Phrases


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


PHRASES = Phrases(
    deeds={
        "task": "Task “{title}” completed",
        "lesson": "Lesson “{title}” completed",
        "quiz": "Quiz “{title}” taken",
        "review": "Review card “{title}” answered",
        "goal": "Goal “{title}” reached",
        "course": "“{title}” finished by its newer content",
    },
    named={
        "quest": "Quest “{title}” completed",
        "challenge": "Challenge “{title}” completed",
        "purchase": "“{title}” bought",
    },
    quantity=", quantity {count}",
    boss="Boss defeated, {name}",
    some_boss="A boss that is gone",
    day={
        "frozen": "Nothing was done on {day}; a freeze kept the streak",
        "broken": "Nothing was done on {day}; the streak of {streak} ended",
    },
    heart={
        "time": "Hearts grow back with time",
        "review": "A review session heals",
        "quiz": "A wrong answer in a quiz taken for the first time",
        "switch": "Hearts were switched off or on",
    },
    adjustment="Adjusted by an operator, “{reason}”",
    for_yesterday=", for yesterday",
    taken_back="{what}, taken back",
    amounts={
        "xp": "{count} XP",
        "gold": "{count} gold",
        "hearts": "hearts {count}",
        "freezes": "streak freezes {count}",
        "potion": "uses of the focus potion {count}",
    },
    nothing="nothing",
    factors={
        "difficulty": "difficulty {difficulty}",
        "subtask": "subtask",
        "potion": "focus potion",
        "limit": "daily limit",
    },
    difficulties={"trivial": "trivial", "normal": "normal", "hard": "hard", "boss": "boss"},
    rounded=", rounded down to {count}",
    half="The first {full} tasks of a day pay in full, further ones half",
    over="After {most} tasks a day no further one pays",
    ahead="Only one task a day pays ahead of its date",
    damage="{boss} lost {count} HP",
    healed="{boss} got {count} HP back",
    date=english_date,
    number=_number,
)
