"""Lists on the wire, serialised once."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request, Response
from pydantic_core import to_json

from questlog.core.pagination import Slice


def page_answer(request: Request, page: Slice[Any], items: Iterable[Any]) -> Response:
    """Return `{items, next_cursor, total?}` with `Link: rel="next"` (RFC 8288).

    A ready answer: routes that return it declare their `response_model` for the document only.
    """
    body: dict[str, Any] = {"items": list(items), "next_cursor": page.next_cursor}
    if page.total is not None:
        body["total"] = page.total
    headers = {}
    if page.next_cursor is not None:
        query = [
            (name, value)
            for name, value in parse_qsl(request.url.query)
            if name not in ("cursor", "skip")
        ]
        headers["Link"] = (
            f'<{request.url.path}?{urlencode([*query, ("cursor", page.next_cursor)])}>; rel="next"'
        )
    return Response(to_json(body), headers=headers, media_type="application/json")
