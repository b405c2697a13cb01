"""What is done once a transaction is durable: waking and forgetting inside this process, nothing that must happen."""

from collections.abc import Callable

from sqlalchemy import event

from questlog.core.db import Session


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Call back when `session` has committed; never if it rolls back or the process dies."""
    event.listen(session.sync_session, "after_commit", lambda _session: call(), once=True)
