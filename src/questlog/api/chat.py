"""The chat with the coach over HTTP, and what answers in it."""

from typing import Any

from fastapi import Request

from questlog.api.coach_doors import MaybeMind
from questlog.api.deps import CurrentUser, Reader, Steps
from questlog.api.gate.exchange import current
from questlog.api.routing import HouseRouter
from questlog.coach import chatting, model_uses
from questlog.coach.chatting import Reply
from questlog.coach.conversation_schemas import ChatRequest, ChatResponse, CoachStatusResponse
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.translations import translated

router = HouseRouter(prefix="/ai", tags=["ai"])

MODEL_ANSWERS = "A language model answers."
RULES_ANSWER = "No language model is configured: rules answer, which understand a few commands and make facts into sentences."


@router.post("/chat", response_model=ChatResponse)
async def chat_with_coach(
    request: Request, body: ChatRequest, me: CurrentUser, mind: MaybeMind, database: Steps
) -> Reply:
    """Say something to the coach and get its whole answer, within two minutes.

    It knows your profile, your goals, your open tasks and the last two weeks. It changes nothing by itself: what it
    would do comes as proposals, which you accept or reject under `/ai/proposals`. Without a model it says so, and
    understands a few commands: `today`, `statistics`, `find …`, `add …`. To see the answer as it is written, use the
    socket `/ws/agent`.
    """
    asked = current.get().idempotency
    return await chatting.chat(
        database,
        request.app.state.thinker,
        mind,
        Who(me.user_id, me.locale, me.timezone, came_as=me.actor),
        body.message,
        conversation_id=body.conversation_id,
        asked_under=None if asked is None else asked.name,
    )


@router.get("/status", response_model=CoachStatusResponse)
async def get_coach_status(me: CurrentUser, mind: MaybeMind, session: Reader) -> dict[str, Any]:
    """Say what answers for the coach, a model or rules, and what is left of your day's budget."""
    use = await model_uses.of_day(session, me.user_id, clock.today(me.timezone))
    used = {"requests": use.requests, "tokens": use.tokens}
    if mind is None:
        return {
            "source": "rules",
            "model": None,
            "available": True,
            "budget": {**used, "daily_requests": None, "daily_tokens": None},
            "detail": translated(RULES_ANSWER, me.locale),
        }
    limits = {name: getattr(mind.budget, name) for name in ("daily_requests", "daily_tokens")}
    return {
        "source": "model",
        "model": mind.model.name,
        "available": not mind.model.breaker.is_open,
        "budget": {**used, **limits},
        "detail": translated(MODEL_ANSWERS, me.locale),
    }
