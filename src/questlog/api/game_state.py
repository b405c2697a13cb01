"""Where one stands in the game, over HTTP."""

from typing import Any

from questlog.api.deps import CurrentUser, Reader
from questlog.api.routing import HouseRouter
from questlog.game import state
from questlog.game.state_schemas import GameState

router = HouseRouter(prefix="/rpg", tags=["game"])


@router.get("/state", response_model=GameState)
async def get_game_state(me: CurrentUser, session: Reader) -> dict[str, Any]:
    """Look at one's level, gold, hearts and streak: the same object as `game` in `/auth/me`.

    Days that have passed are counted, and looking again tells the same.
    """
    return await state.load(session, me.user_id, timezone=me.timezone)
