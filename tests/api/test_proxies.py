"""Whose word counts about where a request comes from (S-109)."""

from pathlib import Path

import pytest
import structlog
from httpx2 import ASGITransport, AsyncClient

from questlog.api.gate.proxies import Proxies
from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world

TRUSTED = ["10.0.0.0/8", "fd00::/8"]


def address(peer: str, *forwarded: str, trusted: list[str] = TRUSTED) -> str:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    return Proxies(trusted).address_of({"client": (peer, 1), "headers": headers})


@pytest.mark.parametrize("trusted", [[], TRUSTED], ids=["nobody", "others"])
def test_s109_a_stranger_is_not_believed(trusted: list[str]) -> None:
    found = address("203.0.113.9", "198.51.100.1", trusted=trusted)

    assert found == "203.0.113.9"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1, 10.0.0.2, 10.0.0.3"], "198.51.100.1"),
        (["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),  # the caller made up the first
        (["1.1.1.1, 198.51.100.1", "10.0.0.2"], "198.51.100.1"),  # a line for each proxy
        (["198.51.100.1:40312"], "198.51.100.1"),
        (["[2001:db8::1]:443"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["::ffff:10.0.0.2"], "10.0.0.2"),
        (["198.51.100.1, , "], "198.51.100.1"),
        (["fe80::1%eth0\x1b[31m"], "fe80::1"),
        (["1.1.1.1, <script>"], "10.0.0.1"),
        (["unknown"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_s109_the_right_most_stranger_in_a_chain_counts(lines: list[str], expected: str) -> None:
    found = address("10.0.0.1", *lines)

    assert found == expected


def test_s109_a_trusted_proxy_is_known_in_both_families() -> None:
    found = [address(peer, "198.51.100.1") for peer in ("::ffff:10.0.0.1", "fd00::7")]

    assert found == ["198.51.100.1", "198.51.100.1"]


@pytest.mark.parametrize("header", ["X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"])
@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1"])
async def test_s109_no_other_header_says_where_somebody_is(
    header: str,
    peer: str,
    database_address: str,
    tmp_path: Path,
    database: Database,
    desk: FrontDesk,
) -> None:
    settings = world.settings(database_address, tmp_path, TRUSTED_PROXIES="10.0.0.0/8")
    app = create_app(settings, database, desk)

    with structlog.testing.capture_logs() as lines:
        async with AsyncClient(
            transport=ASGITransport(app, client=(peer, 1)), base_url="http://testserver"
        ) as client:
            await client.get("/health", headers={header: "for=1.1.1.1"})

    assert [line["address"] for line in lines if line["event"] == "request"] == [peer]


@pytest.mark.parametrize(
    ("peer", "said", "secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "http, HTTPS", True),
        ("10.0.0.1", "https, http", False),
        ("10.0.0.1", "http", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_s109_only_a_trusted_proxy_says_that_it_was_https(
    peer: str, said: str, secure: bool
) -> None:
    scope = {"client": (peer, 1), "scheme": "http"}

    found = Proxies(TRUSTED).is_secure(scope, {b"x-forwarded-proto": said.encode()})

    assert found is secure
