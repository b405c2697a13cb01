"""Getting to know each other, over HTTP."""

from typing import Any

from questlog.api.coach_doors import MaybeMind
from questlog.api.deps import CurrentUser, Steps
from questlog.api.routing import HouseRouter
from questlog.coach.onboarding import Turned, onboarding_chat
from questlog.coach.onboarding_schemas import (
    MOST_QUESTIONS,
    OnboardingRequest,
    OnboardingResponse,
)
from questlog.coach.toolbox import Who

router = HouseRouter(prefix="/ai", tags=["ai"])


@router.post("/onboarding", response_model=OnboardingResponse)
async def talk_in_onboarding(
    body: OnboardingRequest, me: CurrentUser, mind: MaybeMind, database: Steps
) -> dict[str, Any]:
    """Answer a question of the talk that gets to know you, and be asked the next one: six at most.

    It is about your work, your goals and tasks, and how you work. It ends in proposals for goals, projects and tasks,
    which are added when you accept them, and in your profile (`/ai/profile`). Without a model, or when it does not
    answer, the same talk is led by rules: `source` says which.
    """
    turned = await onboarding_chat(
        database,
        mind,
        Who(me.user_id, me.locale, me.timezone, came_as=me.actor),
        body.message,
        conversation_id=body.conversation_id,
        restart=body.restart,
        question=body.question,
    )
    return _answer(turned)


def _answer(turned: Turned) -> dict[str, Any]:
    dialogue, reply, end = turned.dialogue, turned.reply, turned.end
    question = {
        "number": len(dialogue.asked),
        "at_most": MOST_QUESTIONS,
        "topic": dialogue.topic,
    }
    return {
        "conversation_id": turned.conversation_id,
        "reply": reply.words,
        "question": None if dialogue.topic is None else question,
        "done": dialogue.is_over,
        "source": reply.source,
        "model_trouble": reply.trouble,
        "proposals": [] if end is None else end.proposals,
        "profile_text": None if end is None else end.profile_text,
        "profile_kept": end is not None and end.profile_kept,
    }
