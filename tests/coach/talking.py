"""Talking with the coach in tests: a thinker over a model that is a real server, and what a run sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select

from questlog.clients.language import Patient
from questlog.clients.language_models import connect
from questlog.coach import speaking
from questlog.coach.asking import Mind
from questlog.coach.briefing import Briefing
from questlog.coach.conversations import MESSAGES
from questlog.coach.runs import Held, Part
from questlog.coach.speaking import Opening
from questlog.coach.thinking import Thinker
from questlog.core.db import Database
from questlog.core.outside_settings import LlmSettings
from tests.support.make import Person
from tests.support.model_server import ModelServer


def mind_of(server: ModelServer, **settings: Any) -> Mind:
    group = LlmSettings(
        model="openai/gpt-4o-mini", api_key=SecretStr("key-1"), api_base=server.url, **settings
    )
    model = connect(group)
    assert model is not None
    return Mind(model, group)


def impatient(mind: Mind, *, first_piece_s: float, next_piece_s: float) -> Mind:
    """Return the same mind with less patience, so that a test need not wait as long as a person would."""
    return Mind(
        Patient(mind.model.model, first_piece_s=first_piece_s, next_piece_s=next_piece_s),
        mind.budget,
    )


class Talk:
    """One process's thinker, and its doors."""

    def __init__(self, database: Database, mind: Mind | None) -> None:
        self.database = database
        self.briefing = Briefing(database, mind)
        self.thinker = Thinker(database, self.briefing.turn)

    async def hold(
        self,
        user: Person,
        message: str,
        conversation_id: UUID | None = None,
        locale: str = "en",
        *,
        opening: Opening | None = None,
    ) -> Held:
        """Begin a run that nobody thinks yet, as who takes one over finds it."""
        return await self.database.write(
            speaking.say,
            user.id,
            message,
            conversation_id,
            model=self.briefing.model_name,
            locale=locale,
            timezone=user.timezone,
            opening=opening,
        )

    async def say(
        self, user: Person, message: str, conversation_id: UUID | None = None, locale: str = "en"
    ) -> Held:
        opening = self.briefing.open
        held = await self.hold(user, message, conversation_id, locale, opening=opening)
        self.thinker.start(held)
        return held

    async def told(self, user: Person, run_id: UUID, since: int = 0) -> list[Part]:
        return [part async for part in self.thinker.follow(user.id, run_id, since)]


@asynccontextmanager
async def talk(database: Database, mind: Mind | None) -> AsyncIterator[Talk]:
    here = Talk(database, mind)
    try:
        yield here
    finally:
        await here.thinker.close()
        if mind is not None:
            await mind.model.close()


async def messages(database: Database) -> list[tuple[str, str, str]]:
    async with database.reader() as session:
        columns = (MESSAGES.c.role, MESSAGES.c.content, MESSAGES.c.state)
        rows = await session.execute(select(*columns).order_by(MESSAGES.c.seq))
        return [tuple(row) for row in rows]


def types(parts: list[Part]) -> list[str]:
    return [part.type for part in parts]


def text(parts: list[Part]) -> str:
    """Return what the deltas say together."""
    return "".join(part.data["text"] for part in parts if part.type == "text_delta")
