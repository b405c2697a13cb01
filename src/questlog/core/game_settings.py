"""The settings of the game: what an operator may want otherwise than its content has it."""

from typing import Annotated

from pydantic import Field

from questlog.core.settings_sources import Group, setting


class GameSettings(Group):
    hearts_max: Annotated[int, Field(ge=1, le=20)] = setting(5, "GAME_HEARTS_MAX", "3")
    """Hearts a player can have. After a change, run `questlog game recompute` once."""
