"""What every operation says of itself in the OpenAPI document."""

from typing import Any

PROBLEM = {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}

MEANINGS = {
    400: "The request is malformed.",
    401: "Not signed in, or no longer.",
    403: "Not yours, or not for your role.",
    404: "There is no such thing.",
    409: "This clashes with the present state, or the same request is still running.",
    412: "The object changed since you read it.",
    413: "The body is too large.",
    415: "The body is of a media type that is not understood.",
    422: "A field cannot be accepted; `errors` says which.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "Something this server depends on does not answer.",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {"application/problem+json": PROBLEM}}
    for status, meaning in MEANINGS.items()
}
