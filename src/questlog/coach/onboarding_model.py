"""What a model may do in an onboarding: put the next question kindly, and sort the answers at the end.

The order, the number of questions and what becomes of them stay with the rules. What a model sorts counts only with a
quote of the user's own words, and dates are read from there, so it can invent nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from questlog.clients.language import Asked, ModelError, UserSaid, as_json
from questlog.coach import number_check, onboarding_rules, prompt_files
from questlog.coach import onboarding_quotes as quotes
from questlog.coach.asking import shaped
from questlog.coach.onboarding_dialogue import Dialogue
from questlog.coach.onboarding_rules import LONGEST_WORDS, Found
from questlog.coach.onboarding_words import sentence
from questlog.coach.profile import ONLY_ONE, Said

LONGEST_SAY = 1000
MOST_STATEMENTS = 20
STEM = 4
Title = Annotated[str, Field(min_length=1, max_length=500)]
Quote = Annotated[str, Field(min_length=2, max_length=2000)]


class NextQuestion(BaseModel):
    say: Annotated[str, Field(min_length=1, max_length=4000)]
    covered: Annotated[list[str], Field(max_length=20)] = []


class SortedThing(BaseModel):
    title: Title
    quote: Quote


class SortedGoal(SortedThing):
    goal_type: Literal["quarterly", "yearly"] = "quarterly"


class SortedStatement(BaseModel):
    topic: Literal["work", "goal", "hours", "obstacle", "other"]
    quote: Quote


class Sorted(BaseModel):
    """A model's whole answer at the end; the lists are cut by `grounded`."""

    say: Annotated[str, Field(max_length=4000)] = ""
    statements: Annotated[list[SortedStatement], Field(max_length=100)] = []
    goals: Annotated[list[SortedGoal], Field(max_length=100)] = []
    projects: Annotated[list[SortedThing], Field(max_length=100)] = []
    tasks: Annotated[list[SortedThing], Field(max_length=100)] = []


@dataclass(frozen=True, slots=True)
class Question:
    words: str
    covered: tuple[str, ...] = ()


def to_ask(dialogue: Dialogue, locale: str) -> Asked:
    """Ask for the next question; `dialogue` has turned to its topic already."""
    topic = dialogue.topic or ""
    told = prompt_files.filled(
        "onboarding_question",
        locale,
        topic_question=sentence(topic, locale),
        remaining=", ".join(dialogue.remaining) or "-",
    )
    return Asked(told, [UserSaid(_transcript(dialogue))], most_tokens=500)


def question(text: str, dialogue: Dialogue, locale: str) -> Question:
    """Read the model's next question. Numbers nobody said are taken out, and there is always a question.

    Raises `ModelError` for an answer of no known shape.
    """
    asked = shaped(text, NextQuestion)
    said = number_check.checked(_plain(asked.say), {}, said=dialogue.said.values()).text
    if "?" not in said:
        said = f"{said}\n\n{sentence(dialogue.topic or '', locale)}".strip()
    return Question(said, tuple(one for one in asked.covered if one in dialogue.remaining))


def to_sort(dialogue: Dialogue, locale: str) -> Asked:
    told = prompt_files.filled("onboarding_end", locale)
    return Asked(told, [UserSaid(_transcript(dialogue))], most_tokens=3000)


def sorted_out(
    text: str, dialogue: Dialogue, by_rules: Found, *, now: datetime
) -> tuple[str, Found]:
    """Read what the model sorted: its own words, and what of it stands in the user's.

    A list of which nothing does is what the rules found. Raises `ModelError`, also where nothing at all does although
    the rules found something.
    """
    found = shaped(text, Sorted)
    kept = grounded(found, dialogue.said, now=now)
    if by_rules.is_something and not kept.is_something:
        raise ModelError("nonsense", "nothing of it was said")
    said = number_check.checked(_plain(found.say), {}, said=dialogue.said.values()).text
    return said, Found(
        goals=by_rules.goals if found.goals and not kept.goals else kept.goals,
        projects=by_rules.projects if found.projects and not kept.projects else kept.projects,
        tasks=by_rules.tasks if found.tasks and not kept.tasks else kept.tasks,
        said=by_rules.said if found.statements and not kept.said else kept.said,
    )


def grounded(found: Sorted, answers: Mapping[str, str], *, now: datetime) -> Found:
    """Keep what has a quote of the answers."""

    def was_said(one: SortedThing | SortedStatement) -> bool:
        return quotes.answered(one.quote, answers) is not None

    goals = [one for one in found.goals if was_said(one)][: onboarding_rules.MOST_GOALS]
    projects = [one for one in found.projects if was_said(one)][: onboarding_rules.MOST_PROJECTS]
    tasks = [one for one in found.tasks if was_said(one)][: onboarding_rules.MOST_TASKS]
    return Found(
        goals=[{"title": _title(one), "goal_type": one.goal_type} for one in goals],
        projects=[{"title": _title(one)} for one in projects],
        tasks=[_task(one, now) for one in tasks],
        said=_statements(found.statements, answers)[:MOST_STATEMENTS],
    )


def _statements(found: Sequence[SortedStatement], answers: Mapping[str, str]) -> list[Said]:
    """Return what was said, once each; of a topic of which a person has but one, all quotes in one statement."""
    said: dict[object, Said] = {}
    for one in found:
        answered = quotes.answered(one.quote, answers)
        if answered is None:
            continue
        words = " ".join(one.quote.split())
        key = one.topic if one.topic in ONLY_ONE else (one.topic, words)
        earlier = said.get(key)
        if earlier is None:
            said[key] = Said(one.topic, _short(words), answered)
        elif words not in earlier.words:
            said[key] = replace(earlier, words=_short(f"{earlier.words}; {words}"))
    return list(said.values())


def _short(words: str) -> str:
    return onboarding_rules.cut(words, LONGEST_WORDS)


def _task(one: SortedThing, now: datetime) -> dict[str, Any]:
    """The model's title, and the dates of the user's own words."""
    return {**onboarding_rules.task(one.quote, now), "title": _title(one)}


def _title(one: SortedThing) -> str:
    """The model's words for it, unless they are about something else or have a number the user did not say."""
    title = " ".join(_plain(one.title).split())
    is_true = number_check.checked(title, {}, said=[one.quote]).text == title
    is_about_it = bool(_stems(title) & _stems(one.quote))
    return onboarding_rules.title(title if is_true and is_about_it else one.quote)


def _stems(text: str) -> set[str]:
    """The beginnings of words, so that inflected ones meet."""
    return {word[:STEM] for word in re.findall(r"\w+", quotes.folded(text)) if len(word) >= STEM}


def _transcript(dialogue: Dialogue) -> str:
    """What was said, as data: nothing in it can pass for the program's own words."""
    return as_json(dialogue.said)


def _plain(text: str) -> str:
    """Return text as it may be kept: printable, and of a bearable length."""
    kept = "".join(one for one in text if one.isprintable() or one == "\n")
    return onboarding_rules.cut(kept.strip(), LONGEST_SAY)
