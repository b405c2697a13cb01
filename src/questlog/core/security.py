"""Keys for every purpose out of one secret, and what they seal and sign."""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES: Final = 12


class Keyring:
    """Derives one independent key a purpose (HKDF, RFC 5869), so that no key is used for two things.

    `previous` is the secret that this one replaces: what it sealed and signed is still read, nothing new is made with it.
    """

    def __init__(self, secret: str, previous: str = "") -> None:
        self._secret = secret.encode()
        self.previous = Keyring(previous) if previous else None
        self._keys: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        if purpose not in self._keys:
            derivation = HKDF(
                algorithm=SHA256(), length=32, salt=b"questlog", info=purpose.encode()
            )
            self._keys[purpose] = derivation.derive(self._secret)
        return self._keys[purpose]

    @property
    def readable(self) -> tuple["Keyring", ...]:
        """The keyrings whose work is accepted, the newest first."""
        return (self,) if self.previous is None else (self, self.previous)

    def sign(self, purpose: str, message: bytes) -> bytes:
        return hmac.digest(self.key(purpose), message, "sha256")

    def seal(self, purpose: str, clear: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-GCM, random nonce in front)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, clear, purpose.encode())

    def unseal(self, purpose: str, sealed: bytes) -> bytes | None:
        """Return what was sealed, or None if it was sealed otherwise or changed since."""
        for each in self.readable:
            try:
                return AESGCM(each.key(purpose)).decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()
                )
            except (InvalidTag, ValueError):
                continue
        return None


def same(one: bytes | str, other: bytes | str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def digest(text: str | bytes) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


def _bytes(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value
