"""Which addresses this server calls for its users: one reading of a URL, and the networks that are nobody's to name.

What is checked and what is dialled come from the same `Target`, so that no two readers can disagree (S-133). The tables
are our own: `ipaddress.is_global` calls addresses global that lead inside (NAT64, mapped and compatible forms, SRv6).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote

import idna

from questlog.core.exceptions import ValidationError

type Ip = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

EVERYWHERE: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""For addresses the operator typed; those may be at home."""
USUAL_PORTS = {"http": 80, "https": 443}
MOST_CHARACTERS = 2000
MOST_OF_A_NAME = 253

# IANA's special-purpose registries, multicast, and the address at which Azure answers its own machines.
CLOSED = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20
"""
CLOSED_NETWORKS = tuple(ip_network(each) for each in CLOSED.split())
OPEN_V6 = IPv6Network("2000::/3")
"""All other IPv6 is local, mapped, translated, multicast or not given out."""

LOCAL_NAMES = frozenset({"localhost", "localdomain", "local", "internal", "home.arpa"})

# What browsers refuse (Fetch standard, "bad port"), and stores and daemons that would read the lines of a request.
OTHERS = """
0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137
139 143 161 179 389 427 445 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1433
1521 1719 1720 1723 2049 2375 2376 2379 3306 3389 3659 4045 4190 5060 5061 5432 5672 5984 6000 6379 6432 6566 6665 6666
6667 6668 6669 6679 6697 9042 9092 9200 10080 11211 27017
"""
PORTS_OF_OTHERS = frozenset(int(each) for each in OTHERS.split())

URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[^\s\x00-\x20\x7f/\\?#@:%\[\]]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?][^\s\x00-\x20\x7f\\#\ud800-\udfff]*)?",
    re.IGNORECASE,
)
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
KEPT_IN_A_PATH = "!$%&'()*+,-./:;=?@_~"


class UnsafeUrlError(ValidationError):
    """`details["reason"]` is one word: url, host, port, network."""

    code = "unsafe_url"
    default_message = "This server does not call this address: it has to begin with http:// or https://, name a public host and use that scheme's own port."


@dataclass(frozen=True)
class Target:
    """Where a request goes. `host` is the name to resolve and to verify, or the text of `ip`."""

    scheme: str
    host: str
    port: int
    path: str
    ip: Ip | None

    @cached_property
    def authority(self) -> str:
        """Return what the `Host` header says."""
        host = f"[{self.host}]" if isinstance(self.ip, IPv6Address) else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str) -> Target:
    """Return what `url` means. Raises `UnsafeUrlError` for whatever could be read in more than one way."""
    found = URL.fullmatch(url) if len(url) <= MOST_CHARACTERS else None
    if found is None:
        raise _unsafe("url")
    scheme = found["scheme"].lower()
    host, ip = _host(found["host"])
    port = int(found["port"] or USUAL_PORTS[scheme])
    if port in PORTS_OF_OTHERS or port > 65_535:
        raise _unsafe("port")
    rest = quote(found["rest"] or "/", safe=KEPT_IN_A_PATH)
    return Target(scheme, host, port, rest if rest.startswith("/") else f"/{rest}", ip)


def host_of(url: str) -> str:
    """Return how a stored URL's host is told to people: "?" for one that is not accepted any more."""
    try:
        return read(url).authority
    except UnsafeUrlError:
        return "?"


def check(target: Target, allowed: Iterable[Network]) -> None:
    """Raise `UnsafeUrlError` for what can be refused before anybody is asked for the name's addresses."""
    allowed = tuple(allowed)
    if target.ip is not None:
        if not may_be_called(target.ip, target.port, allowed):
            raise _unsafe("network")
    elif not allowed and _is_local(target.host):
        raise _unsafe("host")
    elif not allowed and target.port not in USUAL_PORTS.values():
        raise _unsafe("port")


def may_be_called(ip: Ip, port: int, allowed: Iterable[Network]) -> bool:
    """Say whether a connection to this address may be opened: in `allowed` on any port, else public and a usual one."""
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return port in USUAL_PORTS.values() and is_public(ip)


def is_public(ip: Ip) -> bool:
    if ip.version == OPEN_V6.version and ip not in OPEN_V6:
        return False
    return not any(ip.version == network.version and ip in network for network in CLOSED_NETWORKS)


def _host(spelled: str) -> tuple[str, Ip | None]:
    if spelled.startswith("["):
        ip = _ip(spelled[1:-1])
        return str(ip), ip
    name = _ascii(spelled.lower())
    labels = name.split(".")
    # What is no dotted quad to us is an address to others: 127.1, 0x7f.1, 2130706433.
    if NUMBER.fullmatch(labels[-1]):
        ip = _ip(name)
        return str(ip), ip
    if len(name) > MOST_OF_A_NAME or not all(LABEL.fullmatch(label) for label in labels):
        raise _unsafe("host")
    return name, None


def _ip(spelled: str) -> Ip:
    try:
        return ip_address(spelled)
    except ValueError:
        raise _unsafe("host") from None


def _ascii(name: str) -> str:
    """Return the name as resolvers know it. What is no letter of IDNA 2008, such as a full-width digit, is refused."""
    if name.isascii():
        return name
    try:
        return idna.encode(name).decode()
    except (idna.IDNAError, UnicodeError):
        raise _unsafe("host") from None


def _is_local(name: str) -> bool:
    return "." not in name or any(
        name == local or name.endswith(f".{local}") for local in LOCAL_NAMES
    )


def _unsafe(reason: str) -> UnsafeUrlError:
    return UnsafeUrlError(details={"reason": reason}, pointer="/body/url")
