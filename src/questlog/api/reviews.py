"""Reviews over HTTP."""

from typing import Any

from questlog.api.deps import CurrentUser, PathId, Reader, Writer
from questlog.api.documented import refusing
from questlog.api.routing import HouseRouter
from questlog.flows import review_card as reviewing
from questlog.learning.review_schemas import CardReview, DailyReviews, ReviewedCard, ReviewStats

router = HouseRouter(prefix="/reviews", tags=["learning"])


@router.get("/daily", response_model=DailyReviews)
async def list_daily_reviews(me: CurrentUser, session: Reader) -> dict[str, Any]:
    """List the cards for now: questions you got wrong and are about to forget."""
    return await reviewing.daily_reviews(session, me.user_id, timezone=me.timezone)


@router.get("/stats", response_model=ReviewStats)
async def get_review_stats(me: CurrentUser, session: Reader) -> dict[str, Any]:
    """Tell how your cards stand, how well they are remembered, and what is coming."""
    return await reviewing.reviews_overview(session, me.user_id, timezone=me.timezone)


@router.post("/{card_id}", response_model=ReviewedCard, openapi_extra=refusing(409))
async def review_card(
    card_id: PathId, body: CardReview, me: CurrentUser, session: Writer
) -> dict[str, Any]:
    """Answer a card that is due, or rate yourself how well you knew it; it comes back in its time.

    A right answer pays once a day for each card. Five cards on a day heal a heart.
    """
    return await reviewing.review_card(
        session,
        me.user_id,
        card_id,
        answer=body.answer,
        rating=body.rated,
        timezone=me.timezone,
    )
