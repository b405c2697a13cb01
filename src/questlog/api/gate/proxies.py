"""Where a request really comes from: the peer, or what a trusted proxy says of it (S-109).

Only `X-Forwarded-For` and `X-Forwarded-Proto` are read. A proxy that writes those leaves `Forwarded`, `X-Real-IP` and
`X-Forwarded-Host` as the caller sent them, so believing these too would let everybody choose an address.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

type Network = IPv4Network | IPv6Network
type Address = IPv4Address | IPv6Address
type Headers = dict[bytes, bytes]
UNKNOWN = "unknown"
FORWARDED_FOR = b"x-forwarded-for"


class Proxies:
    """The networks whose `X-Forwarded-*` headers are believed. By default nobody's."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self.trusted: list[Network] = [ip_network(network, strict=False) for network in trusted]

    def address_of(self, scope: Scope) -> str:
        """Return the right-most address in the chain that is not a trusted proxy's, in its one spelling."""
        peer = _peer(scope)
        if not self._trusts(peer):
            return _spelled(peer)
        lines = [value for name, value in scope["headers"] if name == FORWARDED_FOR]
        nearest = peer
        for hop in reversed(b",".join(lines).decode("latin-1").split(",")):
            if not hop.strip():
                continue
            address = _hop(hop.strip())
            if address is None:
                break  # what a stranger made up ends the chain
            nearest = address
            if not self._trusts(address):
                break
        return _spelled(nearest)

    def is_secure(self, scope: Scope, headers: Headers) -> bool:
        """Return whether the caller came by https, to us or to a trusted proxy."""
        if scope.get("scheme") == "https":
            return True
        said = headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower()
        return said == b"https" and self._trusts(_peer(scope))

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(
            address.version == network.version and address in network for network in self.trusted
        )


def _peer(scope: Scope) -> Address | None:
    return _address(scope["client"][0]) if scope.get("client") else None


def _hop(text: str) -> Address | None:
    """Read an address as proxies write it: bare, `[v6]`, or with a port behind it."""
    if text.startswith("["):
        return _address(text[1:].partition("]")[0])
    if text.count(":") == 1:
        return _address(text.partition(":")[0])
    return _address(text)


@lru_cache(4096)
def _address(text: str) -> Address | None:
    if "%" in text:  # a zone may be any text, and means nothing elsewhere
        text = text.partition("%")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _spelled(address: Address | None) -> str:
    return UNKNOWN if address is None else str(address)
