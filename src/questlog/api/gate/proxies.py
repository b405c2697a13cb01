"""Where a request really comes from: the peer, or what a trusted proxy says of it (S-109)."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import Scope

type Network = IPv4Network | IPv6Network
type Headers = dict[bytes, bytes]
UNKNOWN = "unknown"


class Proxies:
    """The networks whose `X-Forwarded-*` headers are believed. By default nobody's."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self.trusted: list[Network] = [ip_network(network, strict=False) for network in trusted]

    def address_of(self, scope: Scope, headers: Headers) -> str:
        """Return the right-most address in the chain that is not a trusted proxy's."""
        peer: str = scope["client"][0] if scope.get("client") else UNKNOWN
        if not self.trusted or not self._trusts(peer):
            return peer
        chain = [
            hop.strip() for hop in headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        ]
        for hop in reversed([hop for hop in chain if hop]):
            if not _is_address(hop):
                return peer
            if not self._trusts(hop):
                return hop
        return peer

    def is_secure(self, scope: Scope, headers: Headers) -> bool:
        if scope.get("scheme") == "https":
            return True
        peer: str = scope["client"][0] if scope.get("client") else UNKNOWN
        return (
            bool(self.trusted)
            and self._trusts(peer)
            and headers.get(b"x-forwarded-proto") == b"https"
        )

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        ip = ip_address(address)
        return any(ip.version == network.version and ip in network for network in self.trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
