"""Structured logs: one line an event, JSON in production, readable at a terminal. Secrets never come here."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def without_controls(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Escape what could break a line, colour a terminal or turn text around; JSON does so by itself (S-147)."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = value.encode("unicode_escape").decode()
    return event


def configure(level: str, *, as_json: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if as_json else structlog.dev.set_exc_info,
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            exception_formatter=structlog.dev.plain_traceback,  # a rich one shows locals: passwords
        )
    )
    escaping = [] if as_json else [without_controls]
    structlog.configure(
        processors=[*shared, *escaping, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
