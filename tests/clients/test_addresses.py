"""Which addresses are called, and that what is checked is what is dialled."""

import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questlog.clients import addresses, dialer
from questlog.clients.addresses import UnsafeUrlError
from tests.support.unsafe_urls import SAFE, UNSAFE

AT_HOME = (ip_network("192.168.1.0/24"), ip_network("fd00::/8"))


@pytest.mark.parametrize("url", UNSAFE)
def test_s130_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrlError) as caught:
        dialer.check_url(url)

    assert caught.value.pointer == "/body/url"
    assert caught.value.details["reason"] in {"url", "host", "port", "network"}


@pytest.mark.parametrize("url", SAFE)
def test_s130_an_ordinary_address_is_taken(url: str) -> None:
    dialer.check_url(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("HTTP://Example.COM", "example.com", 80, "/", "example.com"),
        ("https://example.com?a=b", "example.com", 443, "/?a=b", "example.com"),
        ("http://example.com:443/", "example.com", 443, "/", "example.com:443"),
        ("https://[2606:4700::0:1]/", "2606:4700::1", 443, "/", "[2606:4700::1]"),
        ("https://пример.рф/дa", "xn--e1afmkfd.xn--p1ai", 443, "/%D0%B4a", "xn--e1afmkfd.xn--p1ai"),
        ('https://example.com/%2f"<', "example.com", 443, "/%2f%22%3C", "example.com"),
    ],
)
def test_an_address_is_read_once(url: str, host: str, port: int, path: str, authority: str) -> None:
    target = addresses.read(url)

    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.7/",
        "http://192.168.1.7:8123/api/webhook/a",
        "https://[fd00::7]:8443/",
        "http://nas.local/",
        "http://nas:5678/",
        "https://example.com/",
    ],
)
def test_networks_of_the_house_are_open_when_the_operator_says_so(url: str) -> None:
    dialer.check_url(url, allowed=AT_HOME)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.2.7/",
        "http://127.0.0.1/",
        "http://[::ffff:192.168.1.7]/",
        "http://192.168.1.7:6379/",
        "http://nas.local:22/",
        "http://8.8.8.8:8123/",
    ],
)
def test_other_networks_and_ports_of_others_stay_shut(url: str) -> None:
    with pytest.raises(UnsafeUrlError):
        dialer.check_url(url, allowed=AT_HOME)


def test_the_address_of_every_closed_network_is_closed_at_both_ends() -> None:
    closed = addresses.CLOSED_NETWORKS

    for network in closed:
        assert not addresses.is_public(network.network_address)
        assert not addresses.is_public(network.broadcast_address)
    assert addresses.is_public(ip_address("1.1.1.1"))
    assert addresses.is_public(ip_address("2a00:1450:4001::1"))


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_public(ip: addresses.Ip) -> None:
    if addresses.is_public(ip):
        assert ip.is_global
        assert not ip.is_multicast
        assert not ip.is_reserved


PIECES = (
    *"/\\@:#?[]%.;&= \t\r\n\x00",
    *(
        "http://",
        "https://",
        "HTTP:",
        "//",
        "ftp://",
        "file:",
        "@",
        "\\@",
        "#@",
        "?@",
        ":80",
        ":443",
        ":22",
        "%2f",
        "%40",
    ),
    *(
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "[::1]",
        "[::ffff:7f00:1]",
        "example.com",
        "ok.example",
        "８",
        "。",
        "ⓛ",
        "пример.рф",
    ),
    *("a", "b.", "..", "xn--", "-", "_", "1", "0"),
)


def fuzzed(count: int) -> Iterator[str]:
    """Yield the same addresses in every run: half are made of pieces, half are good ones with something put in."""
    chance = random.Random(133)
    for number in range(count):
        if number % 2:
            yield "http://" * (number % 3 > 0) + "".join(
                chance.choices(PIECES, k=chance.randint(1, 7))
            )
        else:
            url = chance.choice(SAFE[:-1])
            place = chance.randint(0, len(url))
            yield url[:place] + chance.choice(PIECES) + url[place:]


async def test_s133_what_was_checked_is_what_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand addresses: each that passes is resolved under the very name that was checked, and every other reader
    of such addresses finds the same host in it."""
    asked: list[str] = []

    def record(name: str, *_: object, **__: object) -> list[object]:
        asked.append(name)
        raise socket.gaierror(socket.EAI_NONAME, "not here")

    monkeypatch.setattr(socket, "getaddrinfo", record)
    passed = 0
    for url in fuzzed(10_000):
        with suppress(UnsafeUrlError):
            dialer.check_url(url)
            passed += 1
            asked.clear()
            target = addresses.read(url)
            if target.ip is None:
                with pytest.raises(dialer.DialError, match="dns"):
                    await dialer.post(url, b"", {})
                assert asked == [target.host]
            assert others_read(url) == {target.host}

    assert passed > 1000


def others_read(url: str) -> set[str]:
    """Return the hosts that the standard library and the HTTP client find in `url`, in one spelling."""
    client, library = httpx2.URL(url), urlsplit(url).hostname or ""
    spelled = f"[{library}]" if ":" in library else library
    hosts = (each.raw_host.decode() for each in (client, httpx2.URL(f"http://{spelled}/")))
    return {str(ip_address(host)) if ":" in host else host for host in hosts}
