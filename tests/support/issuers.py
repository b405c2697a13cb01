"""Somebody else who issues tokens: their keys, where these are published, and whatever they may sign."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from questlog.core import clock

SECRET = "the secret of another system, which is long enough"
ISSUER = "https://shop.example.org"
AUDIENCE = "questlog"

type Part = Mapping[str, Any] | str | bytes


def claims(**changes: Any) -> dict[str, Any]:
    """Return good claims for a quarter of an hour, changed; None takes a claim out."""
    now = int(clock.now().timestamp())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 900}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


@dataclass(frozen=True)
class Signer:
    """A key of any kind, private half included."""

    algorithm: str
    kid: str | None
    key: Any = field(repr=False)

    @property
    def jwk(self) -> dict[str, Any]:
        kind: Any = jwt.get_algorithm_by_name(self.algorithm)
        published = kind.to_jwk(self.key.public_key(), as_dict=True)
        return {**published, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    def sign(self, message: bytes) -> bytes:
        kind: Any = jwt.get_algorithm_by_name(self.algorithm)
        signature: bytes = kind.sign(message, kind.prepare_key(self.key))
        return signature

    def sign_raw(self, message: bytes) -> bytes:
        """Sign as a thief would, with whatever bytes there are: the library refuses to take a key for a secret."""
        return hmac.digest(self.key, message, self.algorithm.replace("HS", "sha"))

    def token(self, payload: Part | None = None, **header: Any) -> str:
        """Sign a payload, good claims by default; `header` changes the header, None takes a name out."""
        whole = {"alg": self.algorithm, "kid": self.kid, "typ": "JWT", **header}
        named = {name: value for name, value in whole.items() if value is not None}
        return compact(named, claims() if payload is None else payload, self.sign)


def secret_holder(secret: str | bytes = SECRET, algorithm: str = "HS256") -> Signer:
    return Signer(algorithm, None, secret)


def key_pair(algorithm: str, kid: str = "one") -> Signer:
    make: dict[str, Callable[[], Any]] = {
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "RS256": lambda: rsa.generate_private_key(65537, 2048),
    }
    return Signer(algorithm, kid, make[algorithm]())


def short_rsa() -> Signer:
    return Signer("RS256", "one", rsa.generate_private_key(65537, 1024))  # noqa: S505 - to be refused


def compact(header: Part, payload: Part, sign: Callable[[bytes], bytes]) -> str:
    """Put a token together of whatever is given, however wrong."""
    message = f"{_part(header)}.{_part(payload)}"
    return f"{message}.{_part(sign(message.encode()))}"


def _part(content: Part) -> str:
    if isinstance(content, Mapping):
        content = json.dumps(content)
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class KeyServer:
    """Publishes `keys` at every path. `fault` is sent instead of an answer; an empty one hangs up."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    hits: int = 0
    fault: bytes | None = None
    pause_s: float = 0.0
    on_hit: Callable[[], None] = lambda: None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.hits += 1
        self.on_hit()
        await asyncio.sleep(self.pause_s)
        body = json.dumps({"keys": self.keys}).encode()
        writer.write(response(body) if self.fault is None else self.fault)
        await writer.drain()
        writer.close()


def response(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def key_server(*signers: Signer) -> AsyncIterator[KeyServer]:
    published = KeyServer(keys=[signer.jwk for signer in signers])
    server = await asyncio.start_server(published.answer, "127.0.0.1", 0)
    published.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"
    try:
        yield published
    finally:
        server.close()
