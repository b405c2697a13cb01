"""Getting to know somebody new: a stored talk of at most six questions that ends in proposals and a profile.

The rules lead it; a model, where there is one, words the questions and sorts the answers. What it cannot do for want of an
answer the rules do, and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.clients.language import Asked, ModelError
from questlog.coach import (
    asking,
    conversations,
    messages,
    onboarding_dialogue,
    onboarding_model,
    onboarding_rules,
    profile,
    profile_words,
    proposals,
)
from questlog.coach.asking import Mind
from questlog.coach.conversations import ConversationNotFoundError
from questlog.coach.messages import Said
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.models import Conversation
from questlog.coach.onboarding_dialogue import Dialogue
from questlog.coach.onboarding_rules import Found
from questlog.coach.onboarding_words import sentence
from questlog.coach.proposals import TooManyProposalsError
from questlog.coach.toolbox import Who
from questlog.coach.tools import TOOLS
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ConflictError
from questlog.identity import users

KIND, RULES = "onboarding", "rules"
TITLES = {"en": "Getting to know each other", "ru": "Знакомство"}


class NoOnboardingError(ConflictError):
    code = "no_onboarding"
    default_message = "This conversation is no onboarding, or it is over. Begin a new one."


class OnboardingMovedOnError(ConflictError):
    code = "onboarding_moved_on"
    default_message = (
        "This question was answered meanwhile. Read the conversation and answer the present one."
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """What the coach says next. `found` is what the whole talk came to, once it is over."""

    words: str
    source: str = RULES
    model: str | None = None
    trouble: str | None = None
    """Why a model that is there did not answer."""
    tokens: tuple[int, int] | None = None
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said, where the talk stands after it, and what is said next."""

    message: str
    after: Dialogue
    reply: Reply


@dataclass(frozen=True, slots=True)
class Turned:
    """One turn of the talk, as it is answered."""

    conversation_id: UUID
    dialogue: Dialogue
    reply: Reply
    proposals: list[Mapping[str, Any]] = field(default_factory=list)
    profile_text: str | None = None
    """What the profile would say; it says so already unless `profile_kept` its text, which was written by hand."""
    profile_kept: bool = False


async def onboarding_chat(
    database: Database,
    mind: Mind | None,
    who: Who,
    message: str = "",
    *,
    conversation_id: UUID | None = None,
    restart: bool = False,
) -> Turned:
    """Take an answer and ask the next question, or end; without a message, ask the present question again.

    The talk that is open goes on, whichever device it began on; `restart` begins anew. Raises `NoOnboardingError`,
    `OnboardingMovedOnError`, `ConversationNotFoundError`.
    """
    there = None
    if not restart:
        there = await database.read(_standing, who.user_id, conversation_id)
    before = Dialogue() if there is None else onboarding_dialogue.of(there.onboarding or {})
    if there is not None and not message.strip() and before.topic is not None:
        return Turned(there.id, before, Reply(sentence(before.topic, who.locale)))
    heard = before.hear(message)
    after = heard.go_on()
    now = clock.now().astimezone(clock.zone(who.timezone))
    if after.is_over:
        reply = await _end(database, mind, who, after, now)
    else:
        after, reply = await _question(database, mind, who, heard)
    return await database.write(_store, who, there, Turn(message, after, reply))


async def _standing(
    session: Session, user_id: UUID, conversation_id: UUID | None
) -> Conversation | None:
    """Return the talk that is meant, or the newest if it is not over.

    Raises `NoOnboardingError`, and `ConversationNotFoundError` also for somebody else's (S-122).
    """
    mine = select(Conversation).where(Conversation.user_id == user_id)
    if conversation_id is None:
        newest = mine.where(Conversation.kind == KIND).order_by(Conversation.id.desc()).limit(1)
        found = await session.scalar(newest)
        return None if found is None or _is_over(found) else found
    found = await session.scalar(mine.where(Conversation.id == conversation_id))
    if found is None:
        raise ConversationNotFoundError()
    if _is_over(found):
        raise NoOnboardingError()
    return found


def _is_over(talk: Conversation) -> bool:
    return talk.onboarding is None or bool(talk.onboarding["is_over"])


async def _question(
    database: Database, mind: Mind | None, who: Who, heard: Dialogue
) -> tuple[Dialogue, Reply]:
    """Turn to the next topic and word its question; a model may pass over topics that were covered."""
    after = heard.go_on()
    words = sentence(after.topic or "", who.locale)
    by_rules = words if heard.asked else f"{sentence('hello', who.locale)}\n\n{words}"
    if mind is None or not heard.said:
        return after, Reply(by_rules)
    try:
        said, tokens = await _asked(database, mind, who, onboarding_model.to_ask(after, who.locale))
        found = onboarding_model.question(said, after, who.locale)
    except (ModelError, AiQuotaError) as error:
        return after, Reply(by_rules, trouble=_trouble(error))
    told = replace(after, left_out=after.left_out | set(found.covered))
    return told, Reply(found.words, "model", mind.model.name, tokens=tokens)


async def _end(
    database: Database, mind: Mind | None, who: Who, after: Dialogue, now: datetime
) -> Reply:
    found, said = onboarding_rules.found_in(after.said, now=now), ""
    reply = Reply("")
    if mind is not None and after.said:
        asked = onboarding_model.to_sort(after, who.locale)
        try:
            text, tokens = await _asked(database, mind, who, asked)
            said, found = onboarding_model.sorted_out(text, after, now=now)
            reply = Reply("", "model", mind.model.name, tokens=tokens)
        except (ModelError, AiQuotaError) as error:
            reply = Reply("", trouble=_trouble(error))
    summed_up = sentence("end" if found.calls or found.said else "nothing", who.locale).format(
        goals=len(found.goals), projects=len(found.projects), tasks=len(found.tasks)
    )
    return replace(reply, words=f"{said}\n\n{summed_up}".strip(), found=found)


async def _asked(
    database: Database, mind: Mind, who: Who, asked: Asked
) -> tuple[str, tuple[int, int]]:
    answered = await asking.ask(database, mind, who.user_id, asked, timezone=who.timezone)
    return answered.said.text, (answered.tokens_in, answered.tokens_out)


def _trouble(error: ModelError | AiQuotaError) -> str:
    return error.trouble if isinstance(error, ModelError) else error.code


async def _store(session: Session, who: Who, there: Conversation | None, turn: Turn) -> Turned:
    """Keep one turn, with all that a talk comes to at its end, in one transaction. Raises `OnboardingMovedOnError`."""
    who.sign(session)
    talk, reply = await _claimed(session, who, there), turn.reply
    talk.onboarding = turn.after.stored()
    await session.flush()
    heard_id = None
    if turn.message.strip():
        heard_id = await messages.add(
            session, who.user_id, talk.id, role="user", content=turn.message
        )
    sent, got = reply.tokens or (None, None)
    said = Said(model=reply.model or RULES, tokens_in=sent, tokens_out=got)
    await messages.add(
        session, who.user_id, talk.id, role="assistant", content=reply.words, said=said
    )
    turned = Turned(talk.id, turn.after, reply)
    if reply.found is None:
        return turned
    text, kept = await _keep_profile(session, who, reply.found, heard_id)
    made = await _propose(session, replace(who, conversation_id=talk.id), reply.found)
    return replace(turned, proposals=made, profile_text=text, profile_kept=kept)


async def _claimed(session: Session, who: Who, there: Conversation | None) -> Conversation:
    if there is None:
        title = TITLES.get(who.locale, TITLES["en"])
        return await conversations.create_conversation(session, who.user_id, title=title, kind=KIND)
    talk = await conversations.claim(session, who.user_id, there.id)
    if talk.onboarding != there.onboarding:
        raise OnboardingMovedOnError()
    return talk


async def _keep_profile(
    session: Session, who: Who, found: Found, message_id: UUID | None
) -> tuple[str, bool]:
    """Note what was said and write the profile's text from it; what was written by hand is kept.

    Returns the text, and whether another one was kept.
    """
    user = await users.get_by_id(session, who.user_id)
    written = await _text(session, who)
    room = profile.MOST - len(await profile.held(session, who.user_id))
    for one in found.said[: max(room, 0)]:
        await profile.note(
            session,
            who.user_id,
            one,
            source=KIND,
            message_id=message_id,
            timezone=who.timezone,
        )
    text = await _text(session, who)
    is_kept = (user.profile_text or "") not in ("", written)
    if text and not is_kept:
        await users.update(session, who.user_id, {"profile_text": text})
    return text, is_kept


async def _text(session: Session, who: Who) -> str:
    held = await profile.held(session, who.user_id)
    notes = await profile.notes(session, who.user_id)
    return profile_words.text(held, notes, who.locale)


async def _propose(session: Session, who: Who, found: Found) -> list[Mapping[str, Any]]:
    """Propose as much as may wait for a decision at once."""
    made: list[Mapping[str, Any]] = []
    for number, (name, arguments) in enumerate(found.calls, start=1):
        tool = TOOLS[name]
        wanted = tool.takes.model_validate(arguments)
        call_id = f"{KIND}-{number}"
        try:
            one = await proposals.propose(session, who, tool, wanted, call_id=call_id, origin=KIND)
        except TooManyProposalsError:
            break
        made.append(one.row)
    return made
