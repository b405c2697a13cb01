"""What a request shows of its sender, kept with a session so that people recognise it."""

from dataclasses import dataclass
from ipaddress import ip_address

IPV6_PREFIX = 64
AGENT_LENGTH = 512


@dataclass(frozen=True)
class Clues:
    address: str | None = None
    user_agent: str | None = None
    locale: str = "en"
    request_id: str | None = None

    @property
    def network(self) -> str:
        return network_of(self.address or "unknown")

    @property
    def is_local(self) -> bool:
        """Return whether the request comes from this very machine."""
        try:
            ip = ip_address(self.address or "")
        except ValueError:
            return False
        return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback

    @property
    def shown_agent(self) -> str | None:
        """Return the printable beginning of the user agent."""
        printable = "".join(c for c in self.user_agent or "" if c.isprintable())
        return printable[:AGENT_LENGTH] or None


def network_of(address: str) -> str:
    """Return what a limit counts: an IPv4 address, or the /64 an IPv6 address lies in (S-110)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    return str(ip) if ip.version == 4 else f"{ip.exploded[:19]}::/{IPV6_PREFIX}"
