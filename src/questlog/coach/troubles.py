"""What followers of a run are told when it failed: a code, words with a remedy, and whether trying again may help."""

from typing import Any

import structlog

from questlog.clients.language import ModelError
from questlog.coach.model_uses import AiQuotaError
from questlog.coach.runs import Held
from questlog.core.exceptions import QuestlogError, UnavailableError
from questlog.core.translations import translated

PASSING = "The coach's model did not answer. What you said is kept; try again soon."
LASTING = "The coach's model does not take this. Ask whoever runs this server."
TOO_LONG = "The coach's answer became too long. What you said is kept; ask for less at once."
GIVEN_UP = "The coach began to answer several times and never came to an end. What you said is kept; say it in other words."
BROKE = "Something went wrong while the coach answered. What you said is kept; try again."

log = structlog.get_logger(__name__)


def given_up(held: Held) -> dict[str, Any]:
    """Return what followers are told of a run at which several processes have ended."""
    return _problem("run_given_up", detail=translated(GIVEN_UP, held.locale))


def _problem(code: str, *, retryable: bool = False, **more: Any) -> dict[str, Any]:
    return {"code": code, "retryable": retryable, **more}


def told_of(error: Exception, held: Held) -> dict[str, Any]:
    """Return what followers are told of an error: nothing of a provider's words, and nothing of ours inside."""
    if isinstance(error, ModelError):
        log.warning("model_failed", run=str(held.id), trouble=error.trouble, said=error.said)
        words = TOO_LONG if error.trouble == "too_long" else LASTING
        words = translated(PASSING if error.may_pass else words, held.locale)
        told = {"detail": words, "trouble": error.trouble}
        return _problem("model_unavailable", retryable=error.may_pass, **told)
    if isinstance(error, AiQuotaError):
        after = int(error.headers["Retry-After"])
        return _problem(
            error.code, detail=translated(error.message, held.locale), retry_after=after
        )
    if isinstance(error, QuestlogError):
        may_pass = isinstance(error, UnavailableError)
        return _problem(
            error.code,
            retryable=may_pass,
            detail=translated(error.message, held.locale, error.details),
        )
    log.error("run_broke", run=str(held.id), exc_info=error)
    return _problem("internal_error", retryable=True, detail=translated(BROKE, held.locale))
