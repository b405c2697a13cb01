"""Quests, challenges, bosses and badges over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic_core import to_json

from questlog.api.deps import CurrentUser, Reader, Writer
from questlog.api.documented import refusing
from questlog.api.routing import HouseRouter
from questlog.core.schemas import QueryFlag
from questlog.flows import join_challenge as flow
from questlog.flows.preview_reward import preview_reward as preview
from questlog.flows.show_bosses import show_bosses
from questlog.game import badge_views, pursuit_views, turns
from questlog.game.view_schemas import (
    BadgeList,
    BossList,
    ChallengeList,
    ChallengeResponse,
    PreviewResponse,
    QuestList,
)

router = HouseRouter(prefix="/rpg", tags=["game"])

ChallengeCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="Its `id`.")]


@router.get("/quests", response_model=QuestList)
async def list_quests(me: CurrentUser, session: Reader) -> Response:
    """List the quests in their order, with your progress on every objective.

    Objectives count from the day the quest began and can be reached in any order. One that is `ahead` begins when
    the quest before it is completed.
    """
    turn = await turns.look(session, me.user_id, timezone=me.timezone)
    return _listed(await pursuit_views.quests(session, turn, me.locale))


@router.get("/challenges", response_model=ChallengeList)
async def list_challenges(me: CurrentUser, session: Reader) -> Response:
    """List the challenges, each with its last round."""
    turn = await turns.look(session, me.user_id, timezone=me.timezone)
    return _listed(await pursuit_views.challenges(session, turn, me.locale))


@router.post(
    "/challenges/{challenge}/join",
    response_model=ChallengeResponse,
    openapi_extra=refusing(404, 409),
)
async def join_challenge(
    challenge: ChallengeCode, me: CurrentUser, session: Writer
) -> dict[str, Any]:
    """Begin a challenge: today is its first day, what you did today included where it counts days.

    409 while you are in it (`challenge_joined`), on the day it ended (`challenge_rests`), and when it can be completed
    only once (`challenge_over`).
    """
    return await flow.join_challenge(
        session, me.user_id, challenge, timezone=me.timezone, locale=me.locale
    )


@router.post(
    "/challenges/{challenge}/leave",
    response_model=ChallengeResponse,
    openapi_extra=refusing(404, 409),
)
async def leave_challenge(
    challenge: ChallengeCode, me: CurrentUser, session: Writer
) -> dict[str, Any]:
    """Give a challenge up. Its progress is lost, and a standing one does not come back until you join it."""
    return await flow.leave_challenge(
        session, me.user_id, challenge, timezone=me.timezone, locale=me.locale
    )


@router.get("/bosses", response_model=BossList)
async def list_bosses(me: CurrentUser, session: Reader) -> Response:
    """List the boss you face first, then those that wait, the ladder ahead, and those that are over."""
    found = await show_bosses(session, me.user_id, timezone=me.timezone, locale=me.locale)
    return _listed(found)


@router.get("/badges", response_model=BadgeList)
async def list_badges(
    me: CurrentUser,
    session: Reader,
    earned: Annotated[
        QueryFlag | None, Query(description="Only those you have, or only the missing ones.")
    ] = None,
) -> Response:
    """List your badges, newest first, then the missing ones, those you are nearest to first."""
    turn = await turns.look(session, me.user_id, timezone=me.timezone)
    return _listed(await badge_views.badges(session, turn, me.locale, earned=earned))


@router.get("/preview", response_model=PreviewResponse, response_model_exclude_unset=True)
async def preview_reward(
    me: CurrentUser,
    session: Reader,
    task_id: Annotated[UUID, Query(description="The task.")],
) -> dict[str, Any]:
    """Tell what completing a task would bring at this moment: what its receipt would say of the game.

    Looking changes nothing.
    """
    return await preview(session, me.user_id, task_id, timezone=me.timezone)


def _listed(items: list[dict[str, Any]]) -> Response:
    return Response(to_json({"items": items, "next_cursor": None}), media_type="application/json")
