"""API keys at rest and in memory: hashed, bounded, forgotten in time. And their text, whole or not."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.core.db import Database
from questlog.core.security import digest
from questlog.identity import api_keys, arrivals, key_text, memory, users
from questlog.identity.front_desk import FrontDesk
from questlog.identity.key_models import ApiKey
from questlog.identity.key_presence import BadApiKeyError, MistypedApiKeyError
from tests.support.make import Key, Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements, rows_of

WHOLE = key_text.make()


async def stored(database: Database, key: Key) -> ApiKey:
    async with database.reader() as session:
        return await session.get_one(ApiKey, key.id)


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is remembered run out."""
    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 0.95)


def test_s073_a_key_has_more_than_256_bits_besides_what_is_shown_of_it() -> None:
    hidden = key_text.SECRET_LENGTH - (key_text.SHOWN - len(key_text.MARK))

    texts = {key_text.make() for _ in range(200)}

    assert len(key_text.ALPHABET) ** hidden >= 2**256
    assert len(texts) == 200
    assert {len(text) for text in texts} == {len(WHOLE)}
    assert all(key_text.is_whole(text) for text in texts)


@given(st.integers(4, len(WHOLE) - 1), st.sampled_from(key_text.ALPHABET))
def test_s076_a_typo_is_told_without_asking_the_database(place: int, letter: str) -> None:
    mistyped = WHOLE[:place] + letter + WHOLE[place + 1 :]

    assert key_text.is_whole(mistyped) == (letter == WHOLE[place])


ODD = {
    "only the mark": "qlk_",
    "one character": "qlk_a",
    "cut off": WHOLE[:-1],
    "one too many": WHOLE + "a",
    "a line too many": WHOLE + "\n",
    "other letter case": "qlk_" + WHOLE[4:].swapcase(),
    "other letters": "qlk_" + "ы" * 55,
    "other digits": "qlk_" + "٣" * 55,
    "half a character": "qlk_\ud800",
    "endless": "qlk_" + "a" * 100_000,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_s076_odd_and_short_keys_are_refused_and_cost_nothing(
    text: str, database: Database, desk: FrontDesk
) -> None:
    with count_statements(database) as statements, pytest.raises(MistypedApiKeyError):
        await arrivals.authenticate(desk, database, text)

    assert statements == []


async def test_a_remembered_key_costs_no_statement(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")
    first = await arrivals.authenticate(desk, database, key.text)

    with count_statements(database) as statements:
        second = await arrivals.authenticate(desk, database, key.text)

    assert first == second
    assert (second.user_id, second.key_id) == (owner.id, key.id)
    assert (second.session_id, second.scopes) == (None, frozenset({"tasks:read"}))
    assert statements == []


async def test_a_key_nobody_has_is_looked_up_once(
    database: Database, make: Make, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CAPACITY", 3)
    known = await make.key(await make.user(), "tasks:read")
    await arrivals.authenticate(desk, database, known.text)
    strangers = [key_text.make() for _ in range(5)]

    with count_statements(database) as statements:
        for text in [*strangers, strangers[-1]]:
            with pytest.raises(BadApiKeyError):
                await arrivals.authenticate(desk, database, text)
        await arrivals.authenticate(desk, database, known.text)

    assert len(statements) == len(strangers)
    assert len(desk.presence.keys._seen) == 3 + 1


async def test_s040_what_is_remembered_of_keys_is_bounded(
    database: Database, make: Make, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "CAPACITY", 3)
    owner = await make.user()

    for _ in range(5):
        key = await make.key(owner, "tasks:read")
        await arrivals.authenticate(desk, database, key.text)

    assert (len(desk.presence.keys._seen), len(desk.presence.keys._used)) == (3, 3)


async def test_s073_the_database_holds_the_hash_of_a_key_and_not_the_key(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    me = await arrivals.authenticate(desk, database, owner.headers["Authorization"][7:])

    made = await database.write(api_keys.create, me, "Backup", ["tasks:read"])

    everything = str(await rows_of(database, but=set()))
    assert digest(made.text) in everything
    assert made.text not in everything
    assert made.text[len(made.row.prefix) :] not in everything


async def test_s076_a_key_revoked_here_is_refused_at_once(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")
    await arrivals.authenticate(desk, database, key.text)

    await database.write(api_keys.revoke, owner.id, key.id)

    with pytest.raises(BadApiKeyError):
        await arrivals.authenticate(desk, database, key.text)


async def test_s076_a_key_revoked_elsewhere_is_refused_within_a_second(
    database: Database, make: Make, desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await make.key(await make.user(), "tasks:read")
    await arrivals.authenticate(desk, database, key.text)
    async with database.writer() as session:  # as another process would, which tells us nothing
        row = await session.get_one(ApiKey, key.id)
        row.revoked_at = row.created_at
    later(monkeypatch)

    with pytest.raises(BadApiKeyError):
        await arrivals.authenticate(desk, database, key.text)


async def test_s076_an_expired_key_is_refused(
    database: Database,
    make: Make,
    desk: FrontDesk,
    moving_clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends = moving_clock.now() + timedelta(hours=1)
    key = await make.key(await make.user(), "tasks:read", expires_at=ends)
    await arrivals.authenticate(desk, database, key.text)
    moving_clock.move(minutes=61)
    later(monkeypatch)

    with pytest.raises(BadApiKeyError):
        await arrivals.authenticate(desk, database, key.text)


async def test_s024_the_keys_of_a_closed_account_are_refused_and_of_a_reopened_one_work(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")
    await arrivals.authenticate(desk, database, key.text)

    await database.write(users.update, owner.id, {"is_active": False})

    for _ in range(2):
        with pytest.raises(BadApiKeyError):
            await arrivals.authenticate(desk, database, key.text)
    await database.write(users.update, owner.id, {"is_active": True})
    again = await arrivals.authenticate(desk, database, key.text)
    assert again.key_id == key.id


async def test_s024_the_keys_of_an_erased_account_are_gone(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")
    await arrivals.authenticate(desk, database, key.text)

    await database.write(users.delete, owner.id)

    with pytest.raises(BadApiKeyError):
        await arrivals.authenticate(desk, database, key.text)


async def test_s038_a_key_has_the_role_its_owner_has_now(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    await make.user(role="admin")
    owner = await make.user(role="admin")
    key = await make.key(owner, "admin:read")
    before = await arrivals.authenticate(desk, database, key.text)

    await database.write(users.update, owner.id, {"role": "user"})

    after = await arrivals.authenticate(desk, database, key.text)
    assert (before.is_admin, after.is_admin) == (True, False)


class SlowDatabase:
    """A database whose answers arrive late: what happens `meanwhile` is committed between a reading and its answer."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._meanwhile = meanwhile

    async def read(self, verb: Any, *args: Any) -> Any:
        found = await self._database.read(verb, *args)
        await self._meanwhile()
        return found


async def test_a_key_read_before_it_was_revoked_is_not_remembered_after_it(
    database: Database, make: Make, desk: FrontDesk
) -> None:
    owner = await make.user()
    key = await make.key(owner, "tasks:read")

    async def revoked() -> None:
        await database.write(api_keys.revoke, owner.id, key.id)

    slow: Any = SlowDatabase(database, revoked)
    overtaken = await arrivals.authenticate(desk, slow, key.text)

    assert overtaken.key_id == key.id
    with pytest.raises(BadApiKeyError):
        await arrivals.authenticate(desk, database, key.text)


async def test_s073_the_last_use_is_stored_when_told_and_not_with_each_request(
    database: Database, make: Make, desk: FrontDesk, moving_clock: MovingClock
) -> None:
    key = await make.key(await make.user(), "tasks:read")
    moving_clock.move(minutes=3)
    await arrivals.authenticate(desk, database, key.text)
    used, unwritten = moving_clock.now(), (await stored(database, key)).last_used_at

    await desk.presence.write_uses(database)

    written = (await stored(database, key)).last_used_at
    assert unwritten is None
    assert written is not None
    assert abs(written - used) < timedelta(seconds=1)


async def test_a_key_that_has_been_over_for_a_month_is_deleted(
    database: Database, make: Make, moving_clock: MovingClock
) -> None:
    owner = await make.user()
    await make.key(owner, "tasks:read", revoked_at=moving_clock.now())
    await make.key(owner, "tasks:read", expires_at=moving_clock.now())
    good = await make.key(owner, "tasks:read")
    moving_clock.move(days=31)

    await database.write(api_keys.sweep)

    held = (await rows_of(database, but=set()))["api_keys"]
    assert len(held) == 1
    assert repr(good.id) in held[0]
