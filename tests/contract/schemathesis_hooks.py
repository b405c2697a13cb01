"""What schemathesis is told about this API, loaded by its own process: `test_schemathesis.py` says why.

A schema says which requests are well formed. It cannot say which ids exist, which `ETag` is current, or that one field
has to suit another one. Valid data may be refused for these reasons, and for no other: the check below holds every
412 and 422 against this list.
"""

import base64
import json
import os
import re
import secrets
import uuid
from dataclasses import dataclass
from typing import Any

import httpx2
import schemathesis

BEYOND_A_SCHEMA = {
    "answer_does_not_fit": "It depends on the kind of question.",
    "answered_twice": "Each question is answered at most once.",
    "bad_cursor": "A cursor is taken from the answer before.",
    "bad_sync_token": "A token is taken from the answer before.",
    "beside_itself": "`id` and its neighbour have to differ.",
    "expiry_passed": "It depends on what time it is.",
    "filter_syntax": "A filter is a language of its own.",
    "goal_cycle": "It depends on what hangs under the goal.",
    "goal_too_deep": "It depends on where the goal hangs.",
    "idempotency_key_reused": "It depends on the requests before.",
    "invalid_course_file": "`file` is a file in a language of its own.",
    "invalid_email": "RFC 5321 and IDNA are no regular language.",
    "invalid_question": "The fields of a question have to suit its kind, which may be stored.",
    "invalid_recurrence": "The parts of an RRULE have to suit each other.",
    "its_own_blocker": "A task and what it waits for have to differ.",
    "label_name_too_long": "Written in plain letters a name may grow.",
    "lesson_repeats": "It depends on whether a course planned the task.",
    "no_push_address": "It depends on whether an address is stored.",
    "not_found": "Ids in a body or query have to be the caller's.",
    "not_later": "A date has to come after the task's own.",
    "nothing_said": "One of two fields is needed.",
    "period_does_not_fit": "`period` has to suit the goal's type, which may be stored.",
    "precondition_failed": "`If-Match` names the version that is current.",
    "quick_add_failed": "A title has to be left when everything else is taken out of a line.",
    "quiet_hours_incomplete": "The two belong together, and one may be stored.",
    "recurrence_needs_date": "It depends on the other field, which may be stored.",
    "reminder_kind": "One of two fields, and the other may be stored.",
    "reminder_past": "It depends on what time it is.",
    "same_secret": "It depends on the secret a webhook has.",
    "settings_too_large": "Bytes of JSON are not what a schema counts.",
    "subtask_follows_parent": "It depends on the parent.",
    "task_cycle": "It depends on what hangs under the task.",
    "task_too_deep": "It depends on where the task hangs.",
    "token_refused": "It depends on which tokens an issuer signed.",
    "too_many_dependencies": "It depends on what waits already.",
    "too_late_for_yesterday": "It depends on the clock.",
    "unsafe_url": "Which addresses are called is no regular language.",
    "unresolved_temp_id": "A temporary id has to be made by a command before.",
    "unknown_event_type": "Types of events are listed elsewhere, and grow.",
    "unknown_import_format": "`content` is a file of another program.",
    "unreadable_import": "`content` is a file of another program.",
    "weak_password": "The passwords that are guessed first are a long list.",
    "weak_secret": "How random bytes are is no regular language.",
}
# Fields that Pydantic refuses for what two of them say together, or for the time zones this machine knows.
SEEN_TOGETHER = {"/body", "/body/timezone"}
BODY_OF_A_COMMAND = re.compile(r"^/body/commands/\d+/args(?=$|/)")


@schemathesis.check
def refuses_valid_data_for_a_reason(_ctx: Any, response: Any, case: Any) -> None:
    """A 412 or 422 to valid data gives a reason that no schema could have told."""
    if response.status_code not in (412, 422) or not _is_valid(case):
        return
    problem = response.json()
    if problem["code"] not in BEYOND_A_SCHEMA and not all(map(_is_beyond, problem["errors"])):
        raise AssertionError(f"the schema allows this, but {problem['code']}: {problem['detail']}")


def _is_beyond(error: dict[str, str]) -> bool:
    """Whether no schema could tell: what fields say together, and any JSON inside of `settings` or a `credential`."""
    if error["code"] == "unprintable_text":
        return error["pointer"].startswith(("/body/settings", "/body/credential"))
    whole = BODY_OF_A_COMMAND.sub("/body", error["pointer"])
    return error["code"] == "value_error" and whole in SEEN_TOGETHER


def _is_valid(case: Any) -> bool:
    return case.meta is not None and bool(case.meta.generation.mode.is_positive)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Make every valid Idempotency-Key a new one: an old one gets the answer of a request long ago. Let streams end."""
    headers = case.headers or {}
    if _is_valid(case) and "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = f"{uuid.uuid4()}"
    if case.operation.path.endswith("/events/stream"):
        query = dict(case.query or {})
        case.query = query | {"seconds": 0} if _is_valid(case) else {"seconds": 0} | query


@dataclass(frozen=True)
class Newcomer:
    user_id: str
    session_id: str
    bearer: str


class Newcomers:
    """Signs each valid request in as somebody new, since it may end the session that it is made in."""

    def __init__(self) -> None:
        self.url, self.administrator = os.environ["SIGN_UP_AT"], os.environ["ADMINISTRATOR"]
        self.one_for_invalid_requests = self._sign_up()

    def get(self, case: Any, _context: Any) -> Newcomer:
        return self._sign_up() if _is_valid(case) else self.one_for_invalid_requests

    def set(self, case: Any, somebody: Newcomer, _context: Any) -> None:
        """Let the request act on the newcomer, too: whom else may it sign out, or an administrator close?"""
        own = {"user_id": somebody.user_id, "session_id": somebody.session_id}
        names = (case.path_parameters or {}).keys() & own.keys() if _is_valid(case) else ()
        for name in names:
            case.path_parameters[name] = own[name]
        by_administrator = "{user_id}" in case.operation.path
        case.headers["Authorization"] = self.administrator if by_administrator else somebody.bearer

    def _sign_up(self) -> Newcomer:
        body = {"email": f"{uuid.uuid4()}@example.org", "password": "correct horse battery"}
        # From everywhere: one address may open only so many accounts a day.
        somewhere = {
            "X-Forwarded-For": ".".join(str(part) for part in (10, *secrets.token_bytes(3)))
        }
        answer = httpx2.post(self.url, json=body, headers=somewhere, trust_env=False)
        answer.raise_for_status()
        token = answer.json()["access_token"]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return Newcomer(claims["sub"], claims["sid"], f"Bearer {token}")


if "SIGN_UP_AT" in os.environ:
    schemathesis.auth(refresh_interval=None)(Newcomers)
