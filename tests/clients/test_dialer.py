"""The way out: what is sent, how long it may take, and what is left of the answer."""

import asyncio
import gzip
import random
import time

import pytest

from questlog.clients import dialer
from questlog.clients.dialer import DialError
from tests.support.dialled import LOOPBACK, OK, canary, saying, word_of


async def test_what_is_sent_and_what_comes_back() -> None:
    async with canary(
        saying(b"HTTP/1.1 503 Later\r\nRetry-After: 30\r\nContent-Length: 4\r\n\r\nlate")
    ) as bird:
        reply = await dialer.post(
            bird.url(), b"{}", {"webhook-id": "a", "User-Agent": "Questlog"}, allowed=LOOPBACK
        )

    assert (reply.status, reply.body, reply.retry_after) == (503, b"late", "30")
    lines = bird.heard.decode().split("\r\n")
    assert lines[0] == "POST /hook HTTP/1.1"
    assert {
        f"Host: 127.0.0.1:{bird.port}",
        "webhook-id: a",
        "User-Agent: Questlog",
        "Content-Length: 2",
    } <= set(lines)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_s132_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    async with canary(saying(OK)) as second:
        location = (
            f"HTTP/1.1 {status} There\r\nLocation: {second.url()}\r\nContent-Length: 0\r\n\r\n"
        )
        async with canary(saying(location.encode())) as first:
            reply = await dialer.post(first.url(), b"{}", {}, allowed=LOOPBACK)

    assert reply.status == status
    assert (first.visits, second.visits) == (1, 0)


async def test_the_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with canary(saying(OK)) as proxy, canary(saying(OK)) as bird:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK)

    assert (bird.visits, proxy.visits) == (1, 0)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (b"", "reset"),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "reset"),
        (b"HTTP/1.1 20", "reset"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000, "reset"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "reset"),
    ],
    ids=["nothing", "no-http", "cut-short", "endless-header", "only-informational"],
)
async def test_s137_what_is_no_answer_has_a_word(said: bytes, word: str) -> None:
    async with canary(saying(said)) as bird:
        assert await word_of(bird.url(), allowed=LOOPBACK) == word


async def test_s137_headers_that_dribble_end_with_the_time() -> None:
    dribble = saying(*(b"HTTP/1.1 200 OK\r\n"[i : i + 1] for i in range(17)), pause_s=0.1)
    began = time.monotonic()

    async with canary(dribble) as bird:
        with pytest.raises(DialError) as caught:
            await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK, timeout_s=0.4)

    assert caught.value.word == "too_slow"
    assert 400 <= caught.value.duration_ms < 1500
    assert time.monotonic() - began < 1.5


async def test_s137_a_body_that_dribbles_does_not_undo_the_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialer, "BODY_S", 0.2)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    async with canary(saying(head + b"a", *[b"a"] * 50, pause_s=0.1)) as bird:
        reply = await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK)

    assert reply.status == 200
    assert 1 <= len(reply.body) < 50
    assert reply.duration_ms < 1500


async def test_s137_a_gigabyte_is_left_where_it_is() -> None:
    sent = 0

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        while True:
            writer.write(b"a" * 65_536)
            await writer.drain()
            sent += 65_536

    async with canary(endless) as bird:
        reply = await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK)
        await asyncio.sleep(0.1)

    assert reply.body == b"a" * 4096
    assert sent < 20 * 1024 * 1024


async def test_s137_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"

    async with canary(saying(head.encode() + bomb)) as bird:
        reply = await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK)

    assert reply.body == bomb[:4096]
    assert b"Accept-Encoding: identity" in bird.heard


async def test_a_broken_body_leaves_the_status() -> None:
    async with canary(saying(b"HTTP/1.1 204 No\r\n\r\n")) as empty:
        nothing = await dialer.post(empty.url(), b"", {}, allowed=LOOPBACK)
    async with canary(saying(b"HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nby")) as cut:
        gone = await dialer.post(cut.url(), b"", {}, allowed=LOOPBACK)

    assert (nothing.status, nothing.body) == (204, b"")
    assert (gone.status, gone.body) == (410, b"by")


async def test_a_header_of_more_than_one_line_is_refused() -> None:
    with pytest.raises(ValueError, match="Title"):
        await dialer.post("https://example.com/", b"", {"Title": "a\r\nHost: b"})


SAID = (
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404\r\n", b"HTTP/2 200\r\n", b"HTTP/1.1 999 \xff\r\n", b"HTTP/1.1 -1 A\r\n"),
    *(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n", b"HTTP/1.1 103 Hints\r\n\r\n", b"ICY 200 OK\r\n"),
    *(b"Content-Length: 2\r\n", b"Content-Length: -2\r\n", b"Content-Length: 9999999999999999999\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Content-Encoding: br\r\n"),
    *(b"Retry-After: \xff\xfe\r\n", b"Retry-After: 5\r\n", b" folded\r\n", b"No colon\r\n", b": no name\r\n"),
    *(b"\r\n", b"\n", b"\x00", b"ok", b"2\r\nok\r\n", b"0\r\n\r\n", b"ffffffffffffffffff\r\n", b"-1\r\n"),
)  # fmt: skip


async def test_whatever_is_answered_is_a_reply_or_a_word() -> None:
    chance = random.Random(137)
    answers = [b"".join(chance.choices(SAID, k=chance.randint(1, 7))) for _ in range(400)]
    words: set[str] = set()
    statuses: set[int] = set()

    async def next_answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop())

    async with canary(next_answer) as bird:
        while answers:
            try:
                reply = await dialer.post(bird.url(), b"{}", {}, allowed=LOOPBACK, timeout_s=5)
                statuses.add(reply.status)
            except DialError as error:
                words.add(error.word)

    assert words == {"reset"}
    assert {200, 404} <= statuses
