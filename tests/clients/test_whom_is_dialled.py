"""The way out: which address a name leads to, who is connected to there, and how long finding out may take."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
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
from tests.support.dialled import LOOPBACK, OK, canary, saying, word_of
from tests.support.unsafe_urls import UNSAFE


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


async def test_s137_nobody_there_and_no_such_name(names: Names) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        assert await word_of(f"http://127.0.0.1:{port}/", allowed=LOOPBACK) == "refused"

    assert await word_of("https://nowhere.example/") == "dns"


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
