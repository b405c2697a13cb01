"""Joining a challenge and giving it up. The player's row is locked, so of two at once the second finds it done."""

from uuid import UUID

from questlog.core.db import Session
from questlog.game import pursuit_views, pursuits, turns
from questlog.game.pursuit_views import View
from questlog.game.pursuits import CHALLENGE, PursuitRow


async def join_challenge(
    session: Session, user_id: UUID, code: str, *, timezone: str, locale: str
) -> View:
    """Begin a challenge today and return it as the list shows it.

    Raises `ChallengeNotFoundError`, `ChallengeJoinedError`, `ChallengeRestsError`, `ChallengeOverError`.
    """
    challenge = pursuits.challenge_of(code)
    turn = await turns.begin(session, user_id, timezone=timezone)
    begun = pursuits.next_round(challenge, await _last(session, user_id, code), turn.player)
    await pursuits.begin(session, user_id, [begun], turn.now)
    turn.tell(
        "challenge.joined", (CHALLENGE, begun["id"]), code=code, ends_on=str(begun["ends_on"])
    )
    await turns.finish(session, turn)
    return await pursuit_views.challenge(session, turn, challenge, locale)


async def leave_challenge(
    session: Session, user_id: UUID, code: str, *, timezone: str, locale: str
) -> View:
    """Give a challenge up; what it would have paid is lost, and a standing one does not come back by itself.

    Raises `ChallengeNotFoundError`, `NotInChallengeError`.
    """
    challenge = pursuits.challenge_of(code)
    turn = await turns.begin(session, user_id, timezone=timezone)
    over = pursuits.left(await _last(session, user_id, code), turn.player, turn.now)
    await pursuits.end(session, user_id, [over])
    turn.tell("challenge.left", (CHALLENGE, over.pursuit["id"]), code=code)
    await turns.finish(session, turn)
    return await pursuit_views.challenge(session, turn, challenge, locale)


async def _last(session: Session, user_id: UUID, code: str) -> PursuitRow | None:
    found = await pursuits.latest(session, user_id)
    return next((row for row in found if row["kind"] == CHALLENGE and row["code"] == code), None)
