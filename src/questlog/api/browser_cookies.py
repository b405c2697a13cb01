"""The cookies of a sign-in that is under way: what ties it to the browser that began it."""

from fastapi import Request, Response

from questlog.core.security import digest

SIGN_IN_S, EXCHANGE_S = 600, 60


def for_sign_in(state: str, *, encrypted: bool) -> str:
    """Return the name of one sign-in's cookie: several may be under way in one browser."""
    return _name(f"questlog-oidc-{digest(state)[:16]}", encrypted=encrypted)


def for_exchange(*, encrypted: bool) -> str:
    return _name("questlog-exchange", encrypted=encrypted)


def _name(name: str, *, encrypted: bool) -> str:
    """Over https nobody but this very host can set it (RFC 6265bis § 4.1.3.2)."""
    return f"__Host-{name}" if encrypted else name


def keep(response: Response, name: str, value: str, seconds: int, *, encrypted: bool) -> None:
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=encrypted, httponly=True, samesite="lax"
    )


def drop(response: Response, name: str, *, encrypted: bool) -> None:
    response.delete_cookie(name, path="/", secure=encrypted, httponly=True, samesite="lax")


def read(request: Request, name: str) -> str | None:
    return request.cookies.get(name)
