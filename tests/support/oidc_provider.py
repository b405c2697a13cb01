"""A real OpenID provider on loopback: discovery, keys, authorisation, tokens; honest until it is told otherwise."""

import asyncio
import contextlib
import json
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from questlog.core import clock

type Place = Literal["discovery", "keys", "token"]
ABSENT = object()
PLACES: Mapping[str, str] = {
    "/.well-known/openid-configuration": "discovery",
    "/keys": "keys",
    "/authorize": "authorize",
    "/token": "token",
}
ADA: Mapping[str, Any] = {
    "sub": "ada-at-the-provider",
    "email": "ada@example.org",
    "email_verified": True,
    "name": "Ada Lovelace",
}


@cache
def private_key(algorithm: str, number: int) -> Any:
    """Return a key of the tests, made once in a run: RSA takes its time."""
    if algorithm.startswith(("RS", "PS")):
        return rsa.generate_private_key(65537, 2048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def public_jwk(algorithm: str, number: int = 1, **more: Any) -> dict[str, Any]:
    key = private_key(algorithm, number).public_key()
    if algorithm.startswith(("RS", "PS")):
        jwk = RSAAlgorithm.to_jwk(key, as_dict=True)
    elif algorithm == "ES256":
        jwk = ECAlgorithm.to_jwk(key, as_dict=True)
    else:
        jwk = OKPAlgorithm.to_jwk(key, as_dict=True)
    return jwk | {"kid": f"{algorithm}-{number}", "alg": algorithm, "use": "sig"} | more


@dataclass(frozen=True)
class Answer:
    """What one place says instead of the truth. `seconds` pass before it; `size` bytes follow it."""

    status: int = 200
    body: bytes = b"{}"
    seconds: float = 0
    size: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class OidcProvider:
    """`person` is who signs in next. `claims`, `header` and `signing` change the ID tokens, `instead` whole answers."""

    client_id: str = "questlog"
    client_secret: str = "a secret/with + signs"
    algorithm: str = "RS256"
    host: str = "127.0.0.1"
    port: int = 0
    person: Mapping[str, Any] = field(default_factory=lambda: dict(ADA))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    signing: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] | None = None
    key_number: int = 1
    instead: dict[str, Answer] = field(default_factory=dict)
    watch: Callable[[], None] = lambda: None
    """Called at every question."""
    asked: list[str] = field(default_factory=list)
    """Which places were asked, in order."""
    secret_came_in: str | None = None
    _grants: dict[str, dict[str, str]] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _under_way: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def issuer(self) -> str:
        return f"http://{self.host}:{self.port}"

    def configured(self, name: str, **more: Any) -> dict[str, Any]:
        """Return its entry in OIDC_PROVIDERS."""
        return {
            "name": name,
            "issuer": self.issuer,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            **more,
        }

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            answer = self._answer(*await _request(reader))
            await asyncio.sleep(answer.seconds)
            await _send(writer, answer)
        writer.close()
        self._under_way.discard(task)

    def _answer(self, target: str, headers: dict[str, str], body: bytes) -> Answer:
        address = urlsplit(target)
        place = PLACES.get(address.path, "nowhere")
        self.asked.append(place)
        self.watch()
        if place in self.instead:
            return self.instead[place]
        if place == "discovery":
            return _json(self._metadata())
        if place == "keys":
            return _json({"keys": self._public_keys()})
        if place == "authorize":
            return self._authorize(dict(parse_qsl(address.query)))
        if place == "token":
            return self._token(headers, dict(parse_qsl(body.decode())))
        return Answer(404)

    def _metadata(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": [self.algorithm],
            **self.metadata,
        }
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _public_keys(self) -> list[dict[str, Any]]:
        return self.keys or [public_jwk(self.algorithm, self.key_number)]

    def _authorize(self, asked: dict[str, str]) -> Answer:
        """Let the person in at once, and send the browser back."""
        assert asked["client_id"] == self.client_id
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(24)
        self._grants[code] = asked
        back = {"state": asked["state"], "code": code, "scope": "openid", "authuser": "0"}
        if self.metadata.get("authorization_response_iss_parameter_supported"):
            back["iss"] = self.issuer
        location = f"{asked['redirect_uri']}?{urlencode(back)}"
        return Answer(302, headers={"Location": location})

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> Answer:
        if not self._knows_client(headers, form):
            return _json({"error": "invalid_client"}, 401)
        asked = self._grants.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        token = {"access_token": "at", "token_type": "Bearer", "expires_in": 60}
        return _json(token | {"id_token": self.id_token(asked["nonce"])})

    def _knows_client(self, headers: dict[str, str], form: dict[str, str]) -> bool:
        ours = (self.client_id, self.client_secret)
        if "client_secret" in form:
            self.secret_came_in = "form"
            return (form.get("client_id"), form["client_secret"]) == ours
        self.secret_came_in = "header"
        scheme, _, both = headers.get("authorization", "").partition(" ")
        name, _, secret = b64decode(both).decode().partition(":")
        return scheme == "Basic" and (unquote_plus(name), unquote_plus(secret)) == ours

    def id_token(self, nonce: str) -> str:
        """Return what the token endpoint would say of the person now."""
        now = int(clock.now().timestamp())
        said = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in said.items() if value is not ABSENT}
        header = {"kid": f"{self.algorithm}-{self.key_number}", **self.header}
        header = {name: value for name, value in header.items() if value is not ABSENT}
        if self.signing is not None:
            return self.signing(claims, header)
        key = private_key(self.algorithm, self.key_number)
        return jwt.encode(claims, key, algorithm=self.algorithm, headers=header)


@contextlib.asynccontextmanager
async def running(**options: Any) -> AsyncIterator[OidcProvider]:
    provider = OidcProvider(**options)
    await provider.listen()
    try:
        yield provider
    finally:
        await provider.close()


def _json(value: Mapping[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return head[0].split(" ")[1], headers, body


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(answer.body) + answer.size),
        "Connection": "close",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{name}: {headers[name]}" for name in headers)]
    writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
    piece = b" " * 65_536
    for _ in range(answer.size // len(piece)):
        writer.write(piece)
        await writer.drain()
    await writer.drain()
