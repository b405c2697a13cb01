"""Words of long texts are read in a thread, before the transaction."""

import threading

import pytest
from httpx2 import AsyncClient

from questlog.api import reading_ahead
from questlog.planning.search.words import Word, words_of
from tests.api.test_search import add, titles_of
from tests.support.make import Make


async def test_the_words_of_a_long_text_are_read_in_a_thread(
    client: AsyncClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make.user()
    readers: list[str] = []

    def note(text: str) -> list[Word]:
        readers.append(threading.current_thread().name)
        return words_of(text)

    monkeypatch.setattr(reading_ahead, "words_of", note)
    await add(client, user, "Short", description="Two words")
    short = list(readers)
    await add(client, user, "Long", description="an avalanche of words " * 500 + "zebra")

    assert short == []
    assert len(readers) == 2
    assert threading.main_thread().name not in readers
    assert await titles_of(client, user, "zebras") == ["Long"]


async def test_a_long_body_that_is_no_json_is_refused_as_ever(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    headers = {**user.headers, "Content-Type": "application/json"}

    broken = await client.post("/api/v1/tasks", content="{" + " " * 5000, headers=headers)
    nested = await client.post("/api/v1/tasks", content="[" * 5000, headers=headers)

    assert broken.status_code == 400
    assert nested.status_code in (400, 422)
