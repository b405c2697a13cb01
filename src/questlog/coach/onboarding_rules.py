"""What somebody's answers come to, found by rules: goals, projects and tasks to propose, and what to note. Pure.

Everything is in their own words: lists are taken apart and beginnings such as “I want to” left out, nothing is added.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from questlog.coach.onboarding_dialogue import is_nothing
from questlog.coach.profile import Said
from questlog.coach.tool_arguments import CreateTask
from questlog.planning.phrases import quick_add, quick_add_lines
from questlog.planning.phrases.quick_add import QuickAddError

MOST_GOALS, MOST_PROJECTS, MOST_TASKS = 5, 5, 12
LONGEST_TITLE, LONGEST_WORDS = 200, 500
LONGEST_PART = 8  # words; what is longer is a sentence, not one of a list
NOTED = {"work": "work", "hours": "hours", "obstacle": "obstacle"}
FILLER = re.compile(
    r"^(?:(?:and|also|then|и|а также|ещё|еще)\s+)?"
    r"(?:i(?:['’]d| would)? (?:want|like|need|have|plan|hope|wish|must)(?: to)?\s+"
    r"|(?:мне |я )?(?:хочу|хотел бы|хотела бы|хочется|нужно|надо|планирую|мечтаю|должен|должна)\s+)?",
    re.IGNORECASE,
)
A_YEAR = re.compile(r"\b(?:years?|yearly|20[0-9]{2}|год|года|году)\b", re.IGNORECASE)
SENTENCES = re.compile(r"(?<=\w\w\w[.!?])\s+")  # so that “Dr. Smith” stays whole
COMMA = re.compile(r",\s+")
LAST_OF_LIST = re.compile(r"\s+(?:and|и)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Arguments of `create_goal`, `create_project` and `create_task`, and what to note."""

    goals: list[dict[str, Any]] = field(default_factory=list)
    projects: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    @property
    def is_something(self) -> bool:
        return bool(self.calls or self.said)

    @property
    def calls(self) -> list[tuple[str, dict[str, Any]]]:
        """Every proposal as a tool and its arguments."""
        kinds = (("goal", self.goals), ("project", self.projects), ("task", self.tasks))
        return [(f"create_{kind}", one) for kind, found in kinds for one in found]


def found_in(answers: Mapping[str, str], *, now: datetime) -> Found:
    """Return what answers come to; `now` is the moment on the user's own clock."""
    wishes = things(answers.get("goals", ""))[:MOST_GOALS]
    undertakings = things(answers.get("projects", ""))[:MOST_PROJECTS]
    deeds = things(answers.get("tasks", ""))[:MOST_TASKS]
    said = [Said(NOTED[one], _short(words), one) for one, words in answers.items() if one in NOTED]
    said += [Said("goal", cut(wish, LONGEST_WORDS), "goals") for wish in wishes]
    return Found(
        goals=[goal(wish) for wish in wishes],
        projects=[{"title": title(one)} for one in undertakings],
        tasks=[task(deed, now) for deed in deeds],
        said=said,
    )


def things(text: str) -> list[str]:
    """Take a list apart: by lines, semicolons, sentences, or commas between few words. Each thing comes once."""
    lines = [text[line.start : line.end] for line in quick_add_lines.read(text)]
    parts = [part for line in lines for part in _parts(line)] if len(lines) == 1 else lines
    unique: dict[str, str] = {}
    for part in map(_bare, parts):
        if is_nothing(part):
            continue
        unique.setdefault(part.casefold(), part)
    return list(unique.values())


def _parts(line: str) -> Iterator[str]:
    for sentence in SENTENCES.split(line):
        if ";" in sentence:
            yield from sentence.split(";")
            continue
        *first, last = COMMA.split(sentence)
        parts = [*first, *(LAST_OF_LIST.split(last) if first else [last])]
        is_list = all(len(part.split()) <= LONGEST_PART for part in parts)
        yield from parts if is_list else [sentence]


def _bare(part: str) -> str:
    bare = " ".join(part.split()).strip(" ,;").rstrip(".")
    return re.sub(r"^(?:and|и)\s+", "", bare, flags=re.IGNORECASE)


def goal(words: str) -> dict[str, Any]:
    return {"title": title(words), "goal_type": "yearly" if A_YEAR.search(words) else "quarterly"}


def task(words: str, now: datetime) -> dict[str, Any]:
    """Return a task with the date, recurrence and marks its words name, as quick add reads them."""
    try:
        line = quick_add.read(words, now=now)[0]
        read = quick_add.understand(line, lambda _kind, _name: None)
        fields = {
            "title": title(read.title),
            "due_date": None if read.due is None else read.due.isoformat(),
            "recurrence": read.recurrence,
            "priority": read.value("priority"),
            "duration": read.value("duration"),
            "labels": read.labels,
        }
        given = {name: value for name, value in fields.items() if value not in (None, [])}
        return CreateTask.model_validate(given).model_dump(mode="json", exclude_unset=True)
    except (QuickAddError, ValidationError):
        return {"title": title(words)}


def title(words: str) -> str:
    """Return words as a title: without how a wish begins, and with a capital."""
    bare = FILLER.sub("", words, count=1).strip() or words.strip()
    return cut(bare[:1].upper() + bare[1:], LONGEST_TITLE)


def cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _short(words: str) -> str:
    return cut(" ".join(words.split()), LONGEST_WORDS)
