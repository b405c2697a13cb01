"""Which names this server answers to (S-117): a page on a name of somebody else's that points here gets nothing."""

from collections.abc import Sequence


class Hosts:
    """Names as settings give them: `*` is any, `*.example.org` the children of example.org."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.any = "*" in allowed
        self.names = frozenset(name for name in allowed if not name.startswith("*"))
        self.parents = tuple(name[1:] for name in allowed if name.startswith("*."))

    def knows(self, header: bytes | None) -> bool:
        """Return whether a `Host` header, with or without a port, is one of ours."""
        if self.any:
            return True
        name = _without_port((header or b"").decode("latin-1").lower())
        return name in self.names or name.endswith(self.parents)


def _without_port(host: str) -> str:
    if host.startswith("["):  # an IPv6 address has colons of its own
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
