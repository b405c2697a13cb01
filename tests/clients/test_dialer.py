"""The way out: who is connected to, how long it may take, and what is left of the answer."""

import asyncio
import gzip
import random
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from questlog.clients import addresses, dialer, lookups
from questlog.clients.dialer import DialError
from tests.support.unsafe_urls import UNSAFE

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Canary:
    """A listener on loopback that remembers who came and what was said."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.visits = 0
        self.heard = b""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        try:
            self.heard = await reader.readuntil(b"\r\n\r\n")
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"


@asynccontextmanager
async def canary(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Canary]:
    bird = Canary(talk)
    listener = await asyncio.start_server(bird.serve, "127.0.0.1", 0, ssl=tls)
    bird.port = listener.sockets[0].getsockname()[1]
    try:
        yield bird
    finally:
        listener.close()


def saying(*pieces: bytes, pause_s: float = 0) -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return talk


class Names:
    """Stands in for the system's resolver: each question takes the next answer of its name, the last one for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []

    def __call__(self, name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        self.asked.append(name)
        known = self.answers.get(name)
        if not known:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        found = known.pop(0) if len(known) > 1 else known[0]
        return [(0, socket.SOCK_STREAM, 6, "", (address, 0)) for address in found]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    return names


async def word_of(url: str, **how: Any) -> str:
    with pytest.raises(DialError) as caught:
        await dialer.post(url, b"{}", {}, **how)
    return caught.value.word


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


@pytest.mark.parametrize("url", UNSAFE)
async def test_s130_an_unsafe_address_is_not_dialled(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def called(*_: object, **__: object) -> None:
        raise AssertionError(url)

    monkeypatch.setattr(socket, "getaddrinfo", called)
    monkeypatch.setattr(socket.socket, "connect", called)
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", called)

    assert await word_of(url) in {"bad_url", "blocked_address"}


@pytest.mark.parametrize(
    "leads_to",
    [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "2606:4700::1111"], ["::1"]],
    ids=["loopback", "a-public-one-as-well", "a-and-aaaa-mixed", "v6"],
)
async def test_s131_a_name_that_leads_inside_is_not_connected_to(
    names: Names, leads_to: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names.answers["rebind.example"] = [leads_to]

    async with canary(saying(OK)) as bird:
        monkeypatch.setattr(addresses, "USUAL_PORTS", {"http": bird.port, "https": 443})
        word = await word_of(bird.url("rebind.example"))
        await asyncio.sleep(0.05)

    assert word == "blocked_address"
    assert bird.visits == 0


async def test_s131_a_name_is_resolved_once_and_the_checked_address_is_dialled(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is harmless when it is checked and would be loopback if anybody asked again."""
    names.answers["rebind.example"] = [["127.0.0.9"], ["127.0.0.1"]]

    async with canary(saying(OK)) as bird:
        word = await word_of(
            bird.url("rebind.example"), allowed=(ip_network("127.0.0.9/32"),), timeout_s=3
        )

    assert names.asked == ["rebind.example"]
    assert word == "refused"
    assert bird.visits == 0


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


async def test_s137_nobody_there_and_no_such_name(names: Names) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert await word_of(f"http://127.0.0.1:{port}/", allowed=LOOPBACK) == "refused"

    assert await word_of("https://nowhere.example/") == "dns"


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


class Slow:
    """A resolver that answers when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.asked: list[str] = []

    def __call__(self, name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        self.asked.append(name)
        self.let.wait(20)
        return [(0, 0, 0, "", ("1.1.1.1", 0))]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    slow = Slow()
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    yield slow
    slow.let.set()


async def test_f33_a_resolver_that_hangs_holds_up_nobody_else(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialer, "CONNECT_S", 0.3)
    hanging = [
        asyncio.create_task(word_of(f"https://slow{number % 40}.example/")) for number in range(200)
    ]
    await asyncio.sleep(0.05)

    async with canary(saying(OK)) as bird:
        reply = await dialer.post(bird.url(), b"", {}, allowed=LOOPBACK)

    assert reply.status == 200
    assert reply.duration_ms < 250
    assert set(await asyncio.gather(*hanging)) == {"timeout"}
    assert len(slow.asked) == 40  # the same name is asked for once at a time


async def test_more_slow_names_than_there_is_room_for_are_refused_at_once(slow: Slow) -> None:
    waiting = [
        asyncio.create_task(lookups.addresses_of(f"slow{number}.example"))
        for number in range(lookups.MOST_AT_ONCE)
    ]
    await asyncio.sleep(0.1)

    word = await word_of("https://one.more.example/")
    slow.let.set()
    found = await asyncio.gather(*waiting)

    assert word == "dns"
    assert {str(each) for each, *_ in found} == {"1.1.1.1"}


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return how a server called `name` speaks, and how somebody who trusts it listens."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "both.pem"
    file.write_bytes(text + secret)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=text.decode())


async def test_s131_tls_verifies_the_name_although_an_address_is_dialled(
    names: Names, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.answers |= {"hook.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]}
    server, trusting = certificate("hook.example", tmp_path)

    async with canary(saying(OK), server) as bird:
        stranger = await word_of(bird.url("hook.example", "https"), allowed=LOOPBACK)
        monkeypatch.setattr(dialer, "_trust", lambda: trusting)
        reply = await dialer.post(bird.url("hook.example", "https"), b"", {}, allowed=LOOPBACK)
        wrong = await word_of(bird.url("other.example", "https"), allowed=LOOPBACK)

    assert reply.status == 200
    assert f"Host: hook.example:{bird.port}".encode() in bird.heard
    assert (stranger, wrong) == ("tls", "tls")


async def test_the_other_family_is_tried_when_the_first_address_does_not_answer(
    names: Names,
) -> None:
    names.answers["both.example"] = [["::1", "127.0.0.1"]]

    async with canary(saying(OK)) as bird:  # listens on IPv4 only
        reply = await dialer.post(bird.url("both.example"), b"", {}, allowed=LOOPBACK)

    assert reply.status == 200


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
