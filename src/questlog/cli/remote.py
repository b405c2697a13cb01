"""Speaking HTTP to a server: signs requests, renews the token, turns problems into clear endings."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2

from questlog import __version__
from questlog.cli import account as accounts
from questlog.cli import addresses
from questlog.cli.account import Account
from questlog.cli.addresses import LOOPBACK
from questlog.cli.exits import Exit, Failure

API = "/api/v1"
TIMEOUT = httpx2.Timeout(30, connect=10, read=300)  # a large import or export takes its time
STREAM = httpx2.Timeout(30, connect=10, read=60)  # a stream says something every 15 seconds
RENEW_BEFORE_S = 30
PAGE = 100
EXITS = {
    401: Exit.NOT_SIGNED_IN,
    403: Exit.NOT_SIGNED_IN,
    404: Exit.NOT_FOUND,
    503: Exit.UNREACHABLE,
}
NEVER = 1e12  # in seconds of the Unix clock: when a key ends is the server's to know


class Remote:
    """One server, seen by one signed-in user or, without `account`, by nobody in particular."""

    def __init__(self, server: str, account: Account | None = None) -> None:
        self.server = server
        self.account = account
        host = urlsplit(server).hostname or ""
        self._client = httpx2.Client(
            base_url=server + API,
            timeout=TIMEOUT,
            verify=server.startswith(
                "https:"
            ),  # without TLS there is nothing to read certificates for
            headers={"User-Agent": f"questlog-cli/{__version__}"},
            trust_env=host not in LOOPBACK,  # a proxy of the environment is not for this machine
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, params=_only_given(query))

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Any:
        """Two posts of one body under one `Idempotency-Key` have one effect and one answer."""
        more = {} if key is None else {"headers": {"Idempotency-Key": key}}
        return self.call("POST", path, json=body, **more)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self.call("PATCH", path, json=body)

    def delete(self, path: str) -> None:
        self.call("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, **query, limit=PAGE, cursor=cursor)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Send one request and return its JSON, or None when there is none. Raises Failure for any problem."""
        answer = self._signed(method, path, **more)
        if answer.is_success:
            return _json(answer) if answer.content else None
        raise failure_of(answer)

    def download(self, path: str) -> Iterator[bytes]:
        """Yield an answer piece by piece."""
        self._renew_if_old()
        try:
            with self._client.stream("GET", path, headers=self._headers()) as answer:
                if not answer.is_success:
                    answer.read()
                    raise failure_of(answer)
                yield from answer.iter_bytes()
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error

    def lines(self, path: str, **query: Any) -> Iterator[str]:
        """Yield the lines of an answer that may have no end, as they come."""
        self._renew_if_old()
        asked, shown = _only_given(query), self._headers()
        try:
            with self._client.stream(
                "GET", path, params=asked, headers=shown, timeout=STREAM
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    raise failure_of(answer)
                yield from answer.iter_lines()
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error

    def shown(self) -> dict[str, str]:
        """Return the headers that say who this is, with a token that is still good for a while."""
        self._renew_if_old()
        return self._headers()

    def renew(self) -> None:
        """Get a new access token now. Raises Failure when the sign-in has ended."""
        if self._can_renew:
            self._renew()

    def _signed(self, method: str, path: str, **more: Any) -> httpx2.Response:
        self._renew_if_old()
        answer = self._send(method, path, **more)
        if answer.status_code == httpx2.codes.UNAUTHORIZED and self._can_renew:
            self._renew()
            answer = self._send(method, path, **more)
        return answer

    def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            headers = {**self._headers(), **more.pop("headers", {})}
            return self._client.request(method, path, headers=headers, **more)
        except httpx2.TransportError as error:
            raise self._unreachable(error) from error

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account.access_token}"} if self.account else {}

    def _unreachable(self, error: httpx2.TransportError) -> Failure:
        reason = str(error) or type(error).__name__
        return Failure(f"{self.server} does not answer: {reason}", Exit.UNREACHABLE)

    @property
    def _can_renew(self) -> bool:
        """A key, unlike a sign-in, cannot be renewed."""
        return self.account is not None and bool(self.account.refresh_token)

    def _renew_if_old(self) -> None:
        if self.account is not None and self.account.expires_at - RENEW_BEFORE_S < time.time():
            self._renew()

    def _renew(self) -> None:
        """Trade the refresh token for new ones, unless another terminal has just done so."""
        assert self.account is not None  # noqa: S101 - only who is signed in comes here
        kept = accounts.load()
        if kept.access_token != self.account.access_token:
            self.account = kept
            return
        stale, self.account = self.account, None
        answer = self._send("POST", "/auth/refresh", json={"refresh_token": stale.refresh_token})
        if answer.status_code in (400, 401, 403, 422):
            raise Failure("your sign-in has ended: run `questlog login`", Exit.NOT_SIGNED_IN)
        if not answer.is_success:
            raise failure_of(answer)
        self.account = with_tokens(stale, _json(answer))
        accounts.save(self.account)


def signed_in() -> Remote:
    """Return the server this terminal is signed in to, or the one QUESTLOG_API_KEY is good for."""
    key = given_key()
    account = accounts.load() if key is None else by_key(addresses.address(), key)
    return Remote(account.server, account)


def given_key() -> str | None:
    return os.environ.get("QUESTLOG_API_KEY") or None


def by_key(server: str, key: str) -> Account:
    """Return whom an API key speaks for, as far as it may say."""
    account = Account(server, "", "UTC", access_token=key, refresh_token="", expires_at=NEVER)
    try:
        with Remote(server, account) as remote:
            me = remote.get("/auth/me")
    except Failure as failure:
        if failure.status != httpx2.codes.FORBIDDEN:
            raise
        return account
    return replace(account, email=me["email"] or "", timezone=me["timezone"])


def with_tokens(account: Account, answer: dict[str, Any]) -> Account:
    return replace(
        account,
        access_token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        expires_at=time.time() + answer["expires_in"],
    )


def failure_of(answer: httpx2.Response) -> Failure:
    """Say a problem (RFC 9457) as one would say it to a person."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return Failure(
            f"{answer.url} answered {answer.status_code}, which is not what Questlog says"
        )
    problem = _json(answer)
    lines = [str(problem.get("detail") or problem.get("title"))]
    line = problem.get("details", {}).get("line")
    if line is not None and str(line) not in lines[0]:
        lines[0] = f"line {line}: {lines[0]}"
    lines += [
        f"  {_field(each['pointer'])}: {each['detail']}" for each in problem.get("errors", [])
    ]
    default = Exit.REFUSED if answer.is_client_error else Exit.FAILED
    if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
        lines.append(f"  Try again in {answer.headers.get('Retry-After', 'a few')} s.")
        default = Exit.FAILED
    code = EXITS.get(answer.status_code, default)
    details = problem.get("details")
    return Failure("\n".join(lines), code, status=answer.status_code, details=details)


def _field(pointer: str) -> str:
    return pointer.removeprefix("/body/").removeprefix("/query/") or "the request"


def _json(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise Failure(f"{answer.url} answered something that is not JSON") from error


def _only_given(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}
