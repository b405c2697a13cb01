"""How often something may be tried: counted in the database, so that every process sees the same number.

An attempt is spent before it is made and given back if it was a good one, each in a transaction of its own. So a
thousand attempts at once are no more than the limit allows, and a failure that rolls something back stays counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import TooManyRequestsError
from questlog.core.security import digest
from questlog.identity.models import AttemptCount


class TooManyAttemptsError(TooManyRequestsError):
    code = "too_many_attempts"
    default_message = "Too many attempts. Wait a little, then try again."


COUNTS: Any = AttemptCount.__table__


def _taking(insert: Callable[[Any], Any]) -> Any:
    """Return the statement that counts one attempt if the window has one left: one guarded row, no reading first."""
    first = insert(COUNTS).values(
        key=bindparam("of_key"),
        window_started_at=bindparam("of_window"),
        count=1,
        expires_at=bindparam("ends_at"),
    )
    return first.on_conflict_do_update(
        index_elements=["key", "window_started_at"],
        set_={"count": COUNTS.c.count + 1},
        where=COUNTS.c.count < bindparam("most"),
    ).returning(COUNTS.c.count)


# Built once: every sign-in runs them several times.
TAKING = {"sqlite": _taking(sqlite.insert), "postgresql": _taking(postgresql.insert)}
GIVING_BACK = (
    update(COUNTS)
    .where(
        COUNTS.c.key == bindparam("of_key"),
        COUNTS.c.window_started_at == bindparam("of_window"),
        COUNTS.c.count > 0,
    )
    .values(count=COUNTS.c.count - 1)
)


@dataclass(frozen=True)
class Limit:
    """`most` attempts in each window of `seconds`."""

    most: int
    seconds: int


@dataclass(frozen=True)
class SignInLimits:
    """The limits of `reliability.md`, parameters; failed attempts count, except where sending or opening is limited."""

    login_per_account: Limit = Limit(10, 300)
    login_per_network: Limit = Limit(10, 300)
    login_everywhere: Limit = Limit(1000, 300)
    code_per_email: Limit = Limit(20, 86_400)
    code_per_network: Limit = Limit(100, 300)
    code_everywhere: Limit = Limit(1000, 300)
    factor_per_account: Limit = Limit(20, 86_400)
    factor_per_network: Limit = Limit(100, 300)
    mails_per_email: Limit = Limit(5, 3600)
    mails_per_network: Limit = Limit(60, 3600)
    mail_pause_s: int = 60
    accounts_per_network: Limit = Limit(200, 86_400)
    oidc_per_network: Limit = Limit(200, 300)


@dataclass(frozen=True)
class Budget:
    """What is counted together. `key` shows no address in clear."""

    key: str
    limit: Limit

    def window(self, moment: datetime) -> datetime:
        length = self.limit.seconds
        return datetime.fromtimestamp(moment.timestamp() // length * length, UTC)


@dataclass(frozen=True)
class Spent:
    """One attempt taken from a budget. `count` is how many the window has seen with this one."""

    budget: Budget
    window: datetime
    count: int

    @property
    def was_last(self) -> bool:
        return self.count >= self.budget.limit.most


def budget(what: str, whom: str, limit: Limit) -> Budget:
    return Budget(f"{what}:{digest(whom)[:32]}", limit)


async def spend(session: Session, *budgets: Budget) -> tuple[Spent, ...]:
    """Take one attempt from each budget, in this order, or raise `TooManyAttemptsError` and take none."""
    spent = []
    for each in budgets:
        taken = await take(session, each)
        if taken is None:
            raise exhausted(each)
        spent.append(taken)
    return tuple(spent)


async def take(session: Session, budget: Budget) -> Spent | None:
    """Take one attempt, or return None when the window has none left."""
    window = budget.window(clock.now())
    count = await session.scalar(
        TAKING[session.get_bind().dialect.name],
        {
            "of_key": budget.key,
            "of_window": window,
            "ends_at": window + timedelta(seconds=budget.limit.seconds),
            "most": budget.limit.most,
        },
    )
    return None if count is None else Spent(budget, window, count)


async def give_back(session: Session, spent: tuple[Spent, ...]) -> None:
    await session.execute(
        GIVING_BACK, [{"of_key": each.budget.key, "of_window": each.window} for each in spent]
    )


def exhausted(budget: Budget) -> TooManyAttemptsError:
    now = clock.now()
    ends = budget.window(now) + timedelta(seconds=budget.limit.seconds)
    return TooManyAttemptsError(retry_after=int((ends - now).total_seconds()) + 1)


async def sweep(session: Session) -> None:
    """Delete windows that are over."""
    await session.execute(delete(AttemptCount).where(AttemptCount.expires_at < clock.now()))
