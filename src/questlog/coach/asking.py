"""Asking the model once, outside any run: a claim on the day's budget, a question, an answer of a known shape.

No session of the database is open while the model is waited for.
"""

from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ValidationError

from questlog.clients.language import Answered, Asked, ModelError, Patient
from questlog.coach import model_uses
from questlog.core.crowd import elsewhere
from questlog.core.db import Database
from questlog.core.outside_settings import LlmSettings


@dataclass(frozen=True, slots=True)
class Mind:
    """The model of this server, and what a user may ask of it in a day."""

    model: Patient
    budget: LlmSettings


async def ask(
    database: Database, mind: Mind, user_id: UUID, asked: Asked, *, timezone: str
) -> Answered:
    """Return the whole answer. Raises `AiQuotaError` before anything is sent, and `ModelError`."""
    await database.write(model_uses.claim_request, user_id, timezone, mind.budget)
    sent = got = 0
    try:
        with elsewhere():
            answered = await _whole(mind.model, asked)
        sent, got = answered.tokens_in, answered.tokens_out
    except ModelError as error:
        sent, got = error.tokens
        raise
    finally:
        if sent or got:
            spent = {"tokens_in": sent, "tokens_out": got}
            await database.write(model_uses.spend, user_id, timezone, **spent)
    return answered


async def _whole(model: Patient, asked: Asked) -> Answered:
    async with aclosing(model.stream(asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Answered):
                return piece
    raise ModelError("unreachable", "it broke off")


def shaped[Shape: BaseModel](text: str, shape: type[Shape]) -> Shape:
    """Read an answer that was to be one JSON object, perhaps fenced as code or with a sentence around it.

    Raises `ModelError` ("nonsense") for everything else.
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise ModelError("nonsense", "no JSON object")
    try:
        return shape.model_validate_json(text[start : end + 1])
    except ValidationError as error:
        raise ModelError("nonsense", f"{error.error_count()} errors in the answer") from error
