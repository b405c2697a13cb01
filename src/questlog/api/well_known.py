"""The addresses below `/.well-known` that other software asks for."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from questlog.core import clock

router = APIRouter(prefix="/.well-known", include_in_schema=False)


@router.get("/security.txt")
async def security_txt(request: Request) -> Response:
    """Say where to report a weakness (RFC 9116)."""
    base = request.app.state.settings.http.base_url
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    contact = request.app.state.settings.mail.sender
    lines = [
        f"Contact: mailto:{contact}",
        f"Expires: {expires}",
        f"Canonical: {base}/.well-known/security.txt",
    ]
    return PlainTextResponse("\n".join([*lines, "Preferred-Languages: en, ru", ""]))


@router.get("/change-password")
async def change_password(request: Request) -> Response:
    """Lead password managers to where passwords are changed (W3C change-password-url)."""
    settings = request.app.state.settings
    here = "/docs#/auth/change_password" if settings.app.docs_enabled else "/"
    frontend = settings.http.frontend_url
    return RedirectResponse(f"{frontend}/change-password" if frontend else here, 302)
