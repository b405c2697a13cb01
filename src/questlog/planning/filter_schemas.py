"""Kept filters and explanations on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.core.schemas import Answer, Color, Patch, Strict, absent, number, title
from questlog.planning.filters import MAX_LENGTH
from questlog.planning.positions import LARGEST

FilterName = Annotated[str, title(100)]
FilterQuery = Annotated[str, title(MAX_LENGTH)]
Position = Annotated[float, number(0, LARGEST)]
EXAMPLE = "(today | overdue) & #Work & !@waiting"


class FilterCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Work now", "query": EXAMPLE}]}
    )

    name: FilterName
    query: FilterQuery
    color: Color = "#0ea5e9"
    position: Position | None = Field(None, description="By default the filter goes to the end.")


class FilterUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "7 days & @waiting"}]})

    name: FilterName = absent()
    query: FilterQuery = absent()
    color: Color = absent()
    position: Position = absent()


class FilterResponse(Answer):
    id: UUID
    user_id: UUID
    name: str
    query: str
    color: str
    position: float
    created_at: datetime
    updated_at: datetime
    version: int


class FilterPage(Answer):
    items: list[FilterResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class ExplainRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"query": EXAMPLE}]})

    query: FilterQuery


class FilterNode(Answer):
    """An operator with the parts in `of`, or a single condition."""

    op: Literal["and", "or", "lists", "not", "is"]
    of: list["FilterNode"] | None = None
    field: str | None = Field(None, description="What is asked: a word, or the field compared.")
    relation: str | None = Field(None, description="Such as `before`, `named`, `within`, `<`.")
    value: str | int | None = None
    text: str | None = Field(None, description="The condition as it is written canonically.")
    position: int | None = Field(None, description="Where it stands, in characters from 0.")
    length: int | None = None


class FilterWarning(Answer):
    code: Literal["unknown_names", "lists_are_joined"]
    detail: str
    names: list[str] | None = None


class FilterExplanation(Answer):
    query: str
    canonical: str = Field(description="The same filter, written one way.")
    description: str = Field(description="What it asks for, in words of your language.")
    tree: FilterNode
    warnings: list[FilterWarning]
