"""How a profile reads: one line for each statement, in the user's own words, and what held once beneath. Pure."""

from collections.abc import Sequence

from questlog.coach.models import Statement

LONGEST_TEXT = 20_000
_EN = {
    "work": "Field of work",
    "goal": "Wants to reach",
    "hours": "Ways of working",
    "obstacle": "What gets in the way",
    "other": "Also",
}
_RU = {
    "work": "Чем занимается",
    "goal": "Чего хочет достичь",
    "hours": "Как работает",
    "obstacle": "Что мешает",
    "other": "Кроме того",
}
LABELS = {"en": _EN, "ru": _RU}
TOPICS = tuple(_EN)
UNTIL = {"en": "Held until {day}: {line}", "ru": "Было так до {day}: {line}"}


def line(statement: Statement, locale: str) -> str:
    label = LABELS.get(locale, _EN).get(statement.topic, statement.topic)
    return f"{label}: {statement.words}"


def text(held: Sequence[Statement], notes: Sequence[Statement], locale: str) -> str:
    """Return a profile's text; what does not fit is left out from the end, the notes first."""
    order = {topic: place for place, topic in enumerate(TOPICS)}
    lines = [line(one, locale) for one in sorted(held, key=lambda one: order.get(one.topic, 99))]
    until = UNTIL.get(locale, UNTIL["en"])
    lines += [until.format(day=one.replaced_on, line=line(one, locale)) for one in notes]
    while sum(len(one) + 1 for one in lines) > LONGEST_TEXT:
        lines.pop()
    return "\n".join(lines)
