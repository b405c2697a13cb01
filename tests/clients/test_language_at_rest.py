"""F-26: a model that fails on end is left alone for a while, and asked as before once it is there again."""

from contextlib import aclosing, suppress

import pytest

from questlog.clients.language import Answered, ModelError, Patient
from tests.clients.test_language import HELLO, model_of, trouble
from tests.support.model_server import Reply, failing, model_server, saying


async def whole(model: Patient) -> str:
    """Listen as everybody does: to the whole answer, and no longer."""
    with suppress(ModelError):
        async with aclosing(model.stream(HELLO)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Answered):
                    return piece.said.text
    return "no answer"


async def test_f26_five_failures_among_answers_break_nothing() -> None:
    replies = [saying("ok"), failing(503)] * 6
    async with model_server(*replies) as server, model_of(server) as model:
        told = [await whole(model) for _ in replies]

        assert told == ["ok", "no answer"] * 6
        assert not model.breaker.is_open


@pytest.mark.parametrize("reply", [saying("ok"), failing(400), saying(ended="content_filter")])
async def test_f26_a_model_that_is_back_is_asked_as_before(reply: Reply) -> None:
    async with model_server(*[failing(503)] * 5, reply) as server, model_of(server) as model:
        for _ in range(5):
            await whole(model)
        assert model.breaker.is_open
        assert model.breaker.opened_at is not None
        model.breaker.opened_at -= 31

        await whole(model)
        after = [await whole(model) for _ in range(2)]

    assert after == ["Well.", "Well."]
    assert model.breaker.failures == 0


async def test_f26_a_model_that_is_still_away_rests_on() -> None:
    async with model_server(*[failing(503)] * 6) as server, model_of(server) as model:
        for _ in range(5):
            await whole(model)
        assert model.breaker.opened_at is not None
        model.breaker.opened_at -= 31

        told = [await whole(model) for _ in range(2)]

    assert told == ["no answer", "no answer"]
    assert len(server.requests) == 6


async def test_f26_a_model_that_fails_on_end_is_left_alone_for_a_while() -> None:
    async with model_server(*[failing(500)] * 20) as server, model_of(server) as model:
        for _ in range(5):
            assert await trouble(model, HELLO) == "unavailable"
        asked = len(server.requests)

        assert await trouble(model, HELLO) == "unavailable"

    assert len(server.requests) == asked
