"""Getting to know somebody new: a stored talk of at most six questions that ends in proposals and a profile.

The rules lead it; a model, where there is one, words the questions and sorts the answers. What it cannot do for want of an
answer the rules do, and say so.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from questlog.clients.language import Asked, ModelError
from questlog.coach import (
    asking,
    conversations,
    onboarding_dialogue,
    onboarding_end,
    onboarding_model,
    onboarding_rules,
    waiting,
)
from questlog.coach.asking import Mind
from questlog.coach.conversations import ConversationNotFoundError
from questlog.coach.messages import Said
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.models import Conversation
from questlog.coach.onboarding_dialogue import Dialogue
from questlog.coach.onboarding_end import KIND, End
from questlog.coach.onboarding_rules import Found
from questlog.coach.onboarding_words import sentence
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ConflictError, UnknownReferenceError

RULES = "rules"
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
    """What the coach says next. `found` is what was found in the whole talk, once it is over."""

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
    begins_anew: bool = False


@dataclass(frozen=True, slots=True)
class Turned:
    """One turn of the talk, as it is answered."""

    conversation_id: UUID
    dialogue: Dialogue
    reply: Reply
    end: End | None = None


async def onboarding_chat(
    database: Database,
    mind: Mind | None,
    who: Who,
    message: str = "",
    *,
    conversation_id: UUID | None = None,
    restart: bool = False,
    question: int | None = None,
) -> Turned:
    """Take an answer and ask the next question, or end; without a message, ask the present question again.

    The talk that is open goes on, whichever device it began on; `restart` begins anew. An answer that names its
    `question` counts for no other. Raises `NoOnboardingError`, `OnboardingMovedOnError`, `UnknownReferenceError`.
    """
    there = None
    if not restart:
        there = await database.read(_standing, who.user_id, conversation_id)
    before = Dialogue() if there is None else onboarding_dialogue.of(there.onboarding or {})
    if question not in (None, before.number):
        raise OnboardingMovedOnError()
    if there is not None and not message.strip() and before.topic is not None:
        return Turned(there.id, before, Reply(sentence(before.topic, who.locale)))
    heard = before.hear(message)
    after = heard.go_on()
    now = clock.now().astimezone(clock.zone(who.timezone))
    if after.is_over:
        reply = await _end(database, mind, who, after, now)
    else:
        after, reply = await _question(database, mind, who, heard)
    return await database.write(_store, who, there, Turn(message, after, reply, restart))


async def _standing(
    session: Session, user_id: UUID, conversation_id: UUID | None
) -> Conversation | None:
    """Return the talk that is meant, or the newest if it is not over.

    Raises `NoOnboardingError`, and `UnknownReferenceError` also for somebody else's (S-122).
    """
    mine = select(Conversation).where(Conversation.user_id == user_id)
    if conversation_id is None:
        newest = mine.where(Conversation.kind == KIND).order_by(Conversation.id.desc()).limit(1)
        found = await session.scalar(newest)
        return None if found is None or _is_over(found) else found
    found = await session.scalar(mine.where(Conversation.id == conversation_id))
    if found is None:
        raise UnknownReferenceError(pointer="/body/conversation_id")
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
    found = onboarding_rules.found_in(after.said, now=now)
    if mind is None or not after.said:
        return Reply("", found=found)
    try:
        asked = onboarding_model.to_sort(after, who.locale)
        text, tokens = await _asked(database, mind, who, asked)
        said, found_too = onboarding_model.sorted_out(text, after, found, now=now)
    except (ModelError, AiQuotaError) as error:
        return Reply("", trouble=_trouble(error), found=found)
    return Reply(said, "model", mind.model.name, tokens=tokens, found=found_too)


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
    await waiting.for_others(session, who.user_id)
    talk = await _claimed(session, who, there, begins_anew=turn.begins_anew)
    after, reply = await _heard(session, talk, turn), turn.reply
    talk.onboarding = after.stored()
    await session.flush()
    turned = Turned(talk.id, after, reply)
    if reply.found is not None:
        here = replace(who, conversation_id=talk.id)
        end = await onboarding_end.bring_about(session, here, reply.found, after.places)
        words = f"{reply.words}\n\n{end.words}".strip()
        turned = replace(turned, reply=replace(reply, words=words), end=end)
    sent, got = reply.tokens or (None, None)
    said = Said(model=reply.model or RULES, tokens_in=sent, tokens_out=got)
    await conversations.add_message(
        session, who.user_id, talk.id, role="assistant", content=turned.reply.words, said=said
    )
    return turned


async def _heard(session: Session, talk: Conversation, turn: Turn) -> Dialogue:
    if not turn.message.strip():
        return turn.after
    said_in = await conversations.add_message(
        session, talk.user_id, talk.id, role="user", content=turn.message
    )
    return turn.after.placed(said_in)


async def _claimed(
    session: Session, who: Who, there: Conversation | None, *, begins_anew: bool
) -> Conversation:
    if there is not None:
        try:
            talk = await conversations.claim(session, who.user_id, there.id)
        except ConversationNotFoundError:  # deleted while the model thought
            raise OnboardingMovedOnError() from None
        if talk.onboarding != there.onboarding:
            raise OnboardingMovedOnError()
        return talk
    if not begins_anew and await _standing(session, who.user_id, None) is not None:
        raise OnboardingMovedOnError()
    title = TITLES.get(who.locale, TITLES["en"])
    return await conversations.create_conversation(session, who.user_id, title=title, kind=KIND)
