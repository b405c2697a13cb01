"""Where somebody stands in the game, as it is answered."""

from typing import Annotated

from pydantic import Field

from questlog.core.schemas import Answer
from questlog.identity.schemas import UserResponse


class GameState(Answer):
    """Totals of the ledger, and what a day that has passed meanwhile made of them."""

    xp: int
    level: int
    xp_to_next_level: Annotated[int, Field(description="What is missing; 0 on the highest.")]
    gold: int
    gold_debt: Annotated[
        int, Field(description="Gold that was spent and then taken back: what comes in pays it.")
    ]
    hearts: Annotated[int, Field(description="All of them where they are switched off.")]
    hearts_max: int
    streak: Annotated[int, Field(description="Days in a row with a rewarded completion.")]
    best_streak: int
    streak_freezes: Annotated[int, Field(description="Each covers one missed day by itself.")]
    reviews_today: Annotated[int, Field(description="Cards reviewed today.")]


class OwnAccountResponse(UserResponse):
    """One's account, and where one stands in the game."""

    game: GameState
