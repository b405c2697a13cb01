"""The keys of a trusted issuer that may verify a token, by the names the issuer gives them."""

from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from jwt import PyJWK

from questlog.identity.published_keys import PublishedKeys

LONGEST_KID = 512
PUBLIC_KINDS = ("EC", "RSA", "OKP")


class IssuerKeys:
    """One issuer's keys in one process."""

    def __init__(self, name: str, url: str, algorithms: frozenset[str]) -> None:
        self._url = url
        self._algorithms = algorithms
        self._published = PublishedKeys(name, self._address, self._usable)

    async def find(self, kid: str) -> PyJWK | None:
        """Return the key the issuer calls `kid`, asking again now and then for one that is not there.

        Raises `IssuerUnreachableError`.
        """
        keys = await self._published.current()
        if kid not in keys:
            keys = await self._published.after_a_miss()
        return keys.get(kid)

    def close(self) -> None:
        self._published.close()

    async def _address(self) -> str:
        return self._url

    def _usable(self, listed: Sequence[Mapping[str, Any]]) -> dict[str, PyJWK]:
        keys: dict[str, PyJWK] = {}
        for each in listed:
            key = _key(each, self._algorithms)
            if key is not None and key.key_id is not None:
                keys.setdefault(key.key_id, key)
        return keys


def _key(jwk: Mapping[str, Any], algorithms: frozenset[str]) -> PyJWK | None:
    """Return a published key that may verify a signature, bound to one algorithm; else None.

    Nobody is believed for a key whose private half is published with it, or for a secret that is.
    """
    if jwk.get("kty") not in PUBLIC_KINDS or "d" in jwk:
        return None
    kid, operations = jwk.get("kid"), jwk.get("key_ops", ["verify"])
    if not isinstance(kid, str) or not 0 < len(kid) <= LONGEST_KID:
        return None
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list):
        return None
    if "verify" not in operations:
        return None
    algorithm = jwk.get("alg", next(iter(algorithms)) if len(algorithms) == 1 else None)
    if algorithm not in (None, *algorithms):
        return None
    try:
        key = PyJWK(dict(jwk), algorithm)
    except (jwt.PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    return key if key.algorithm_name in algorithms else None
