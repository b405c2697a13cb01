"""F-26: a model that fails on end is given a rest, and one that answers now and then is not."""

import pytest

from questlog.clients.language import Answered, Asked, ModelError, UserSaid
from questlog.coach import asking
from questlog.core.db import Database
from tests.coach.talking import mind_of, talk
from tests.support.make import Make
from tests.support.model_server import failing, model_server, saying

HELLO = Asked("You are a coach.", [UserSaid("Hello")])


async def test_f26_runs_that_fail_now_and_then_do_not_silence_the_model(
    database: Database, make: Make
) -> None:
    user = await make.user()
    replies = [saying("Well."), failing(503)] * 6

    async with model_server(*replies) as server, talk(database, mind_of(server)) as coach:
        ends = []
        for _ in replies:
            held = await coach.say(user, "Hello")
            ends.append((await coach.told(user, held.id))[-1].type)

    assert ends == ["complete", "error"] * 6
    assert len(server.requests) == 12


async def test_f26_one_answer_after_a_rest_and_everybody_may_ask_again(
    database: Database, make: Make
) -> None:
    user = await make.user()

    async with model_server(*[failing(503)] * 5) as server:
        mind = mind_of(server)
        for _ in range(6):
            with pytest.raises(ModelError):
                await asking.ask(database, mind, user.id, HELLO, timezone="UTC")
        assert (len(server.requests), mind.model.breaker.is_open) == (5, True)
        assert mind.model.breaker.opened_at is not None
        mind.model.breaker.opened_at -= 31

        told = [await asking.ask(database, mind, user.id, HELLO, timezone="UTC") for _ in range(3)]
        await mind.model.close()

    assert [type(one) for one in told] == [Answered] * 3
    assert (mind.model.breaker.failures, mind.model.breaker.is_open) == (0, False)
