"""Answers about accounts, activity and the server itself."""

from typing import Any

from questlog.api.examples.things import (
    CHANGED,
    EVENT,
    KEY,
    MADE,
    REQUEST,
    SESSION,
    STAMPS,
    TASK,
    USER,
    page_of,
)

_user = {
    "id": USER,
    "email": "ada@example.org",
    "name": "Ada",
    "role": "user",
    "is_active": True,
    "email_verified": True,
    "profile_text": None,
    "settings": {"theme": "dark"},
    "locale": "en",
    "timezone": "Europe/Rome",
    "last_login_at": CHANGED,
    **STAMPS,
}
_account = {
    name: value for name, value in _user.items() if name not in ("profile_text", "settings")
} | {"has_second_factor": False, "sessions": 2}
_audit_entry = {
    "id": "019a9c3e-7a40-7000-8000-0000000000ad",
    "created_at": MADE,
    "action": "login.succeeded",
    "actor": f"user:{USER}",
    "account_id": USER,
    "address": "192.0.2.7",
    "user_agent": "questlog/0.1",
    "request_id": REQUEST,
    "details": {"door": "password", "session_id": SESSION},
}
_session = {
    "id": SESSION,
    "created_at": MADE,
    "last_used_at": CHANGED,
    "expires_at": "2026-12-08T07:30:00Z",
    "address": "192.0.2.7",
    "user_agent": "questlog/0.1",
    "door": "password",
    "current": True,
}
_key = {
    "id": KEY,
    "name": "Nightly report",
    "prefix": "qlk_7Gd2Qx",
    "scopes": ["stats:read", "tasks:read"],
    "created_at": MADE,
    "expires_at": "2027-01-01T00:00:00Z",
    "last_used_at": None,
}
_event = {
    "id": EVENT,
    "seq": 42,
    "type": "task.completed",
    "actor": f"user:{USER}",
    "subject_type": "task",
    "subject_id": TASK,
    "payload": {"title": "Water the plants"},
    "created_at": MADE,
    "undoable_until": "2026-11-25T08:15:00Z",
    "undone_by": None,
}

_identity = {
    "id": "019a9c3e-7a40-7000-8000-0000000000d1",
    "provider": "google",
    "issuer": "https://accounts.google.com",
    "subject": "110169484474386276334",
    "email": "ada@example.org",
    "created_at": MADE,
    "last_used_at": CHANGED,
}
_token = {
    "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA",
    "refresh_token": "qr1.01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.1.AAAA",
    "token_type": "bearer",
    "expires_in": 900,
    "user": _user,
}

EXAMPLES: dict[str, Any] = {
    "AccountPage": page_of(_account),
    "AccountResponse": _account,
    "AuditPage": page_of(_audit_entry),
    "AccountExport": {
        "format": "questlog",
        "version": 1,
        "exported_at": CHANGED,
        "user": {"id": USER, "email": "ada@example.org"},
        "goals": [],
        "projects": [],
        "labels": [],
        "tasks": [{"id": TASK, "title": "Water the plants"}],
        "occurrences": [],
        "items": [],
    },
    "ApiKeyCreatedResponse": _key | {"key": "qlk_7Gd2Qx…"},
    "ApiKeyPage": page_of(_key),
    "ApiKeyResponse": _key,
    "DatabaseHealthResponse": {"status": "ok", "latency_ms": 0.4},
    "EventPage": page_of(_event),
    "EventResponse": _event,
    "HealthResponse": {"status": "ok", "version": "0.1.0"},
    "IdentityPage": page_of(_identity),
    "IdentityResponse": _identity,
    "LinkResponse": {
        "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=…"
    },
    "LogoutResponse": {"message": "You are signed out."},
    "MessageResponse": {"message": "Your new password is set."},
    "PasswordForgotResponse": {"message": "If this address can be reached, a mail is on its way."},
    "ProviderList": {
        "items": [
            {
                "name": "google",
                "label": "Google",
                "login_url": "https://quest.example.org/api/v1/oauth/google/login",
            }
        ]
    },
    "ReadyResponse": {
        "status": "ok",
        "version": "0.1.0",
        "checks": {"database": "ok", "migrations": "ok"},
    },
    "SendCodeResponse": {"message": "If this address can be reached, a mail is on its way."},
    "SessionPage": page_of(_session),
    "TokenResponse": _token,
    "UndoResponse": {
        "event_id": "019a9c3e-7a40-7000-8000-0000000000ef",
        "undone": {"id": EVENT, "type": "task.completed"},
        "objects": [{"type": "task", "id": TASK, "version": 4}],
    },
    "finish_provider_login": _token,
    "get_metrics": 'questlog_requests_total{method="GET",route="/api/v1/tasks",status="200"} 41.0\n',
}
