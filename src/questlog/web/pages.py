"""The built-in pages: what this server is, and its API to read and to try, all without the internet."""

from html import escape
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from questlog import __version__

ASSETS = Path(__file__).parent / "assets"
# Swagger UI and ReDoc start from an inline script and write inline styles; nothing comes from elsewhere.
DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; worker-src blob:; frame-ancestors 'none'"
)
START_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
LINKS = {"API": "/api/v1", "Health": "/health", "Ready": "/ready"}
DOCS = {
    "Try it (Swagger UI)": "/docs",
    "Read it (ReDoc)": "/redoc",
    "OpenAPI document": "/openapi.json",
}

router = APIRouter(include_in_schema=False)


def information(*, docs: bool) -> dict[str, object]:
    shown = {"docs": "/docs", "redoc": "/redoc", "openapi": "/openapi.json"} if docs else {}
    return {
        "name": "Questlog",
        "version": __version__,
        "description": "Goals, tasks and learning, with a game inside and a coach who knows your history.",
        "links": {"api": "/api/v1", **shown, "health": "/health"},
    }


@router.get("/")
@router.get("/api")
@router.get("/api/v1")
async def start(request: Request) -> Response:
    """Say what this is: as JSON to programs, as a page to browsers."""
    docs = request.app.state.settings.app.docs_enabled
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(information(docs=docs))
    rows = "".join(
        f'<li><a href="{escape(address)}">{escape(name)}</a></li>'
        for name, address in (LINKS | (DOCS if docs else {})).items()
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Questlog</title><style>body{font:1.1rem/1.6 system-ui;max-width:38rem;margin:3rem auto;padding:0 1rem}"
        "</style><h1>Questlog</h1><p>Goals, tasks and learning, with a game inside. "
        f"Version {escape(__version__)}.</p><ul>{rows}</ul></html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": START_POLICY})


def install_docs(app: FastAPI) -> None:
    """Serve `/docs` and `/redoc` with their scripts from here."""
    app.mount("/assets", StaticFiles(directory=ASSETS), name="assets")

    @app.get("/docs", include_in_schema=False)
    async def swagger() -> Response:
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Questlog API",
            swagger_js_url="/assets/swagger-ui-bundle.js",
            swagger_css_url="/assets/swagger-ui.css",
            swagger_favicon_url="/assets/favicon.png",
            swagger_ui_parameters={"validatorUrl": None, "persistAuthorization": True},
        )
        page.headers["Content-Security-Policy"] = DOCS_POLICY
        return page

    @app.get("/redoc", include_in_schema=False)
    async def redoc() -> Response:
        page = get_redoc_html(
            openapi_url="/openapi.json",
            title="Questlog API",
            redoc_js_url="/assets/redoc.standalone.js",
            redoc_favicon_url="/assets/favicon.png",
            with_google_fonts=False,
        )
        page.headers["Content-Security-Policy"] = DOCS_POLICY
        return page
