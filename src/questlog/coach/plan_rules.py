"""A plan for a day by rules: the most urgent tasks that fit into the time there is, and what that leaves. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from questlog.coach.plurals import Count

USUAL_MINUTES = 30
"""What a task is taken to last that says nothing of it."""
MOST_PLANNED = 7
STEM = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    task_id: UUID
    title: str
    due_on: date | None
    minutes: int | None
    recurs: bool
    why: tuple[str, ...]

    @property
    def takes(self) -> int:
        return self.minutes or USUAL_MINUTES

    def is_due(self, today: date) -> bool:
        return self.due_on is not None and self.due_on <= today


@dataclass(frozen=True, slots=True)
class Plan:
    """`left` are the most urgent of the `more` tasks that were due by today and do not fit."""

    today: date
    chosen: Sequence[Candidate]
    left: Sequence[Candidate]
    minutes: int | None
    more: int = 0
    is_choice: bool = True
    """Whether there was anything to choose from."""

    @property
    def planned(self) -> int:
        return sum(one.takes for one in self.chosen)

    @property
    def facts(self) -> dict[str, Any]:
        """Every number that may be said of the plan."""
        return {
            "today": self.today,
            "tasks": len(self.chosen),
            "minutes": self.minutes,
            "planned": self.planned,
            "free": None if self.minutes is None else self.minutes - self.planned,
            "left": self.more,
            "each": [
                (one.title, one.takes, one.due_on, one.why) for one in (*self.chosen, *self.left)
            ],
        }


def plan(
    candidates: Sequence[Candidate], today: date, minutes: int | None, *, due: int = 0
) -> Plan:
    """Take what fits, in the order it comes, seven tasks at most. Tasks too long are passed over.

    `due` counts all tasks that are due by today, also those that are not among the candidates.
    """
    chosen: list[Candidate] = []
    room = minutes
    for one in candidates:
        fits = room is None or one.takes <= room
        if fits and len(chosen) < MOST_PLANNED:
            chosen.append(one)
            room = None if room is None else room - one.takes
    left = [one for one in candidates if one not in chosen and one.is_due(today)]
    more = max(len(left), due - sum(one.is_due(today) for one in chosen))
    return Plan(today, chosen, left, minutes, more, bool(candidates))


def focused(candidates: Sequence[Candidate], focus: str) -> list[Candidate]:
    """Put first what shares a word with the focus; the order stays otherwise."""
    wanted = _stems(focus)
    return sorted(candidates, key=lambda one: not wanted & _stems(one.title))


def ordered(candidates: Sequence[Candidate], wanted: Sequence[int]) -> list[Candidate]:
    """Put first what was named by its number, counted from 1; numbers of nothing are passed over."""
    named = [candidates[n - 1] for n in dict.fromkeys(wanted) if 1 <= n <= len(candidates)]
    return [*named, *(one for one in candidates if one not in named)]


def _stems(text: str) -> set[str]:
    folded = text.casefold().replace("ё", "е")
    return {word[:STEM] for word in re.findall(r"\w+", folded) if len(word) >= STEM}


_EN: Mapping[str, str] = {
    "empty": "Nothing is open that could be done now. Add a task, and I plan it.",
    "nothing_fits": "Nothing fits into {minutes:minute|minutes}. Take the first task anyway, or give it more time.",
    "whole": "For today: {tasks:task|tasks}, about {planned:minute|minutes}.",
    "of": "For today: {tasks:task|tasks}, about {planned:minute|minutes}; there are {minutes}.",
    "first": "Begin with “{title}”: {why}.",
    "first_plain": "Begin with “{title}”.",
    "left": "{left:more task|more tasks} due by today will not fit; I propose tomorrow for what can wait.",
}
_RU: Mapping[str, str] = {
    "empty": "Сейчас нет открытых дел, которые можно сделать. Добавьте задачу, и я её запланирую.",
    "nothing_fits": "В {minutes:минуту|минуты|минут} ничего не помещается. Возьмите первое дело всё равно или дайте ему больше времени.",
    "whole": "На сегодня: {tasks:дело|дела|дел}, примерно {planned:минута|минуты|минут}.",
    "of": "На сегодня: {tasks:дело|дела|дел}, примерно {planned:минута|минуты|минут}; всего минут: {minutes}.",
    "first": "Начните с «{title}»: {why}.",
    "first_plain": "Начните с «{title}».",
    "left": "Ещё {left:дело со сроком на сегодня или раньше не поместится|дела со сроком на сегодня или раньше не поместятся|дел со сроком на сегодня или раньше не поместится}; для того, что терпит, предлагаю завтра.",
}
SENTENCES = {"en": _EN, "ru": _RU}


def told(plan: Plan, locale: str) -> str:
    """Say a plan in a few sentences."""
    words = SENTENCES.get(locale, _EN)
    numbers = {
        "tasks": Count(len(plan.chosen)),
        "planned": Count(plan.planned),
        "minutes": Count(plan.minutes or 0),
        "left": Count(plan.more),
    }
    if not plan.chosen:
        return words["nothing_fits" if plan.is_choice else "empty"].format(**numbers)
    first = plan.chosen[0]
    said = [words["whole" if plan.minutes is None else "of"].format(**numbers)]
    opening = words["first" if first.why else "first_plain"]
    said.append(opening.format(title=first.title, why=", ".join(first.why)))
    if plan.more:
        said.append(words["left"].format(**numbers))
    return " ".join(said)
