"""The page behind the link at the end of our mails. It asks before it acts: mail scanners open every link."""

from html import escape

from fastapi.responses import HTMLResponse

from questlog.automation.notification_settings import Mailing
from questlog.core.translations import translated

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
NAMES: dict[Mailing, str] = {
    "reminders_by_mail": "Reminders of tasks",
    "daily_digest": "The daily digest",
    "weekly_review": "The weekly review",
    "webhook_notices": "Notices about webhooks",
}
ASKED = "Do you want no more of these mails?"
DONE = "You will get no more of these mails. Switch them on again in your settings."
BUTTON = "No more of these mails"


def question(mailing: Mailing, locale: str) -> HTMLResponse:
    button = f"<form method=post><button name=List-Unsubscribe value=One-Click>{_said(BUTTON, locale)}</button></form>"
    return _page(mailing, ASKED, locale, button)


def confirmation(mailing: Mailing, locale: str) -> HTMLResponse:
    return _page(mailing, DONE, locale)


def _page(mailing: Mailing, sentence: str, locale: str, form: str = "") -> HTMLResponse:
    language = "ru" if locale.startswith("ru") else "en"
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Questlog</title><style>body{font:1.1rem/1.6 system-ui;max-width:38rem;margin:3rem auto;padding:0 1rem}"
        "button{font:inherit;padding:.5rem 1rem}</style>"
        f"<h1>{_said(NAMES[mailing], locale)}</h1><p>{_said(sentence, locale)}</p>{form}</html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def _said(sentence: str, locale: str) -> str:
    return escape(translated(sentence, locale))
