"""What a turn is thought with: the model or the rules, the tools, the day's budget, and what the coach is told to be."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import resources
from uuid import UUID

from sqlalchemy import Executable

from questlog.coach import model_uses, profile
from questlog.coach.agent import Brief, Keep, Purse, Send, Turn
from questlog.coach.asking import Mind
from questlog.coach.calling import Tools
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.persons import Person, selecting
from questlog.coach.rule_words import words_of
from questlog.coach.rules_model import RulesModel
from questlog.coach.runs import Held
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.outside_settings import LlmSettings
from questlog.core.prepared import prepared
from questlog.identity.issuer_presence import AccountClosedError

LONGEST_PROFILE = 8_000
WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
}
SOMEBODY = {"en": "a person", "ru": "человек"}
NOTHING_YET = {"en": "Nothing yet.", "ru": "Пока ничего."}


class Briefing:
    """Makes the turns of this process. Without a model they are thought by rules."""

    def __init__(self, database: Database, mind: Mind | None) -> None:
        self._database = database
        self.mind = mind
        self._tools = Tools(database)

    @property
    def model_name(self) -> str:
        return "rules" if self.mind is None else self.mind.model.name

    async def open(self, session: Session, held: Held, person: Person) -> None:
        """Count a run's first request in the transaction that begins it, so that the model is asked right after.

        Where it may not be asked, nothing is counted, and the turn finds it out for itself.
        """
        if self.mind is not None:
            with suppress(AiQuotaError, AccountClosedError):
                held.system = await _claimed(session, held, self.mind.budget, person)

    async def turn(self, held: Held, send: Send, keep: Keep) -> Turn:
        words = words_of(held.locale)
        if self.mind is None:
            now = clock.now().astimezone(clock.zone(held.timezone))
            brief = Brief(RulesModel(words, now), self._tools, Free(), words.enough)
            return Turn(held, brief, send=send, keep=keep)
        purse = DayPurse(self._database, held, self.mind)
        brief = Brief(self.mind.model, self._tools, purse, words.enough)
        return Turn(held, brief, send=send, keep=keep)


class DayPurse(Purse):
    """The budget of a user's day. What the model is told to be stays the same for a whole turn."""

    def __init__(self, database: Database, held: Held, mind: Mind) -> None:
        self._database, self._held, self._mind = database, held, mind
        self._system: str | None = None

    async def claim(self) -> str:
        if self._held.system is not None:  # counted when the run began
            self._system, self._held.system = self._held.system, None
            return self._system
        self._system = await self._database.write(
            _claim, self._held, self._mind.budget, self._system
        )
        return self._system


async def _claim(session: Session, held: Held, budget: LlmSettings, system: str | None) -> str:
    """Count a request, and return what the model is told to be, made anew without a `system`."""
    person = Person(*(await session.execute(*_person(held.user_id))).one())
    return await _claimed(session, held, budget, person, system)


@prepared
def _person(user_id: UUID) -> Executable:
    return selecting(user_id)


async def _claimed(
    session: Session, held: Held, budget: LlmSettings, person: Person, system: str | None = None
) -> str:
    """Count a request, unless the account was closed while its answer was under way."""
    if person.deactivated_at is not None:
        raise AccountClosedError()
    await model_uses.claim_request(session, held.user_id, held.timezone, budget)
    return system or await _system_prompt(session, held, person)


class Free(Purse):
    """Rules cost nothing, and need not be told what they are."""

    async def claim(self) -> str:
        return ""


async def _system_prompt(session: Session, held: Held, person: Person) -> str:
    """Return what the model is told to be: nothing in it is a secret, or somebody else's (S-128)."""
    locale = held.locale if held.locale in WEEKDAYS else "en"
    known = [
        *await profile.told(session, held.user_id, locale),
        *([person.profile_text] if person.profile_text else []),
    ]
    now = clock.now().astimezone(clock.zone(held.timezone))
    return prompt(locale, "agent").format(
        name=person.name or SOMEBODY[locale],
        today=now.date().isoformat(),
        weekday=WEEKDAYS[locale][now.weekday()],
        time=now.strftime("%H:%M"),
        timezone=held.timezone,
        profile="\n".join(known)[:LONGEST_PROFILE] or NOTHING_YET[locale],
    )


@cache
def prompt(locale: str, name: str) -> str:
    """Return a prompt of the house: English where there is none in the language."""
    folder = resources.files("questlog.coach") / "prompts"
    file = folder / locale / f"{name}.txt"
    return (file if file.is_file() else folder / "en" / f"{name}.txt").read_text("utf-8")
