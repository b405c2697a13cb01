"""Reviews by the model: it says what the facts mean, and what it says is held against them before anybody reads it.

A model that fails, has no budget left or answers nonsense costs nobody the review: the rules say it, and the answer
tells why.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import structlog
from pydantic import BaseModel, Field

from questlog.clients.language import Asked, ModelError, UserSaid, as_json
from questlog.coach import asking, narratives, prompt_files
from questlog.coach.asking import Mind
from questlog.coach.facts import Facts
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.number_check import checked
from questlog.coach.review_words import Say
from questlog.coach.toolbox import Who
from questlog.coach.weekly_goals import Goal, goal, proposed
from questlog.core.db import Database
from questlog.core.schemas import UNPRINTABLE

LISTS = ("achievements", "difficulties", "improvements")
MOST_LINES, MOST_GOALS = 6, 5
LONGEST_LINE, LONGEST_ANALYSIS = 500, 8_000
MOST_DAYS = 31
# Where somebody stands today is none of a week that is over.
TODAYS = frozenset({"streak", "best_streak", "level"})
CONTROLS = re.compile(f"[{UNPRINTABLE}]")

log = structlog.get_logger(__name__)

Lines = Annotated[list[Annotated[str, Field(max_length=4_000)]], Field(max_length=50)]


class WrittenGoal(BaseModel):
    text: Annotated[str, Field(max_length=4_000)]
    measure: str | None = None


class Written(BaseModel):
    """A model's whole answer; what it adds to it is not read."""

    achievements: Lines = []
    difficulties: Lines = []
    improvements: Lines = []
    weekly_goals: Annotated[list[WrittenGoal], Field(max_length=50)] = []


@dataclass(frozen=True, slots=True)
class Review:
    """What is said. `model` is who said it, None for the rules; `trouble` is why the model that there is did not."""

    content: Any
    model: str | None = None
    trouble: str | None = None
    removed: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        return "rules" if self.model is None else "model"


async def analysis(database: Database, mind: Mind | None, who: Who, facts: Facts) -> Review:
    """Say what the facts of some days mean: a text."""
    by_rules = narratives.analysis(facts, who.locale)
    if mind is None:
        return Review(by_rules)
    system = prompt_files.filled("analysis", who.locale, days=facts["days"])
    try:
        text = await _ask(database, mind, who, Asked(system, [UserSaid(as_json(_told(facts)))]))
        found = checked(plain(text, LONGEST_ANALYSIS), facts)
        if not found.text:
            raise ModelError("nonsense", "nothing true was said")
    except (ModelError, AiQuotaError) as error:
        return Review(by_rules, trouble=_trouble(error, who))
    return Review(found.text, mind.model.name, removed=found.removed)


async def retrospective(
    database: Database, mind: Mind | None, who: Who, facts: Facts, last_goals: Sequence[Goal]
) -> Review:
    """Say what the facts of a week mean: the sections of its review."""
    by_rules = narratives.retrospective(facts, list(last_goals), who.locale)
    if mind is None:
        return Review(by_rules)
    facts = {name: value for name, value in facts.items() if name not in TODAYS}
    measured = {f"m{place}": one for place, one in enumerate(_goals(facts, who), start=1)}
    told = {
        "facts": facts,
        "last_goals": [{"text": one["text"], "met": one["met"]} for one in last_goals],
        "measures": {name: one["text"] for name, one in measured.items()},
    }
    system = prompt_files.filled("retrospective", who.locale)
    try:
        text = await _ask(database, mind, who, Asked(system, [UserSaid(as_json(told))]))
        written = asking.shaped(text, Written)
        review = Held(facts, measured).held(written, mind.model.name)
    except (ModelError, AiQuotaError) as error:
        return Review(by_rules, trouble=_trouble(error, who))
    if not review.content["weekly_goals"]:
        review.content["weekly_goals"] = by_rules["weekly_goals"]
    return review


class Held:
    """A model's sections held against the facts."""

    def __init__(self, facts: Facts, measured: dict[str, Goal]) -> None:
        self._facts, self._measured = facts, measured
        self._removed: list[str] = []

    def held(self, written: Written, model: str) -> Review:
        """Raises `ModelError` when nothing true is left."""
        content: dict[str, Any] = {name: self._lines(getattr(written, name)) for name in LISTS}
        if not any(content.values()):
            raise ModelError("nonsense", "nothing true was said")
        goals = [(self._line(one.text), one.measure) for one in written.weekly_goals[:MOST_GOALS]]
        content["weekly_goals"] = [self._goal(text, name) for text, name in goals if text]
        return Review(content, model, removed=self._removed)

    def _lines(self, written: list[str]) -> list[str]:
        return [line for one in written[:MOST_LINES] if (line := self._line(one))]

    def _line(self, written: str) -> str:
        found = checked(" ".join(plain(written, LONGEST_LINE).split()), self._facts)
        self._removed += found.removed
        return found.text

    def _goal(self, text: str, name: str | None) -> Goal:
        known = self._measured.get(name or "")
        return goal(text, None if known is None else known["measure"])


def _told(facts: Facts) -> Facts:
    """Leave out every single day of many: weekdays and weeks say it in fewer words."""
    return facts if facts["days"] <= MOST_DAYS else {**facts, "per_day": None}


def plain(text: str, most: int) -> str:
    """Return a text as it may be stored: composed, without control characters, not longer than `most`."""
    return CONTROLS.sub("", unicodedata.normalize("NFC", text)).strip()[:most].rstrip()


def _goals(facts: Facts, who: Who) -> list[Goal]:
    return proposed(facts, Say(who.locale))


async def _ask(database: Database, mind: Mind, who: Who, asked: Asked) -> str:
    answered = await asking.ask(database, mind, who.user_id, asked, timezone=who.timezone)
    return answered.said.text


def _trouble(error: ModelError | AiQuotaError, who: Who) -> str:
    if isinstance(error, AiQuotaError):
        return error.code
    log.warning("review_by_rules", user=str(who.user_id), trouble=error.trouble, said=error.said)
    return error.trouble
