"""Finds on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer, title

SearchedWords = Annotated[str, title(200)]


class SearchHit(Answer):
    kind: Literal["task", "item"]
    id: UUID
    title: str
    highlighted_title: str = Field(
        description="The title as HTML: found words stand in `<mark>`, all else is escaped."
    )
    fragments: list[str] = Field(
        max_length=3,
        description="Pieces of the description, some 120 characters around what was found, as HTML of the same kind.",
    )
    completed: bool = Field(description="The task is completed, or the item is no longer active.")
    score: int = Field(
        ge=0, description="What it is ranked by. It means nothing beside another search's."
    )


class SearchPage(Answer):
    items: list[SearchHit]
    next_cursor: str | None
