"""Who the people of trusted issuers are here, so that their requests ask the database nothing most of the time."""

from collections.abc import Awaitable
from datetime import datetime
from typing import cast

from sqlalchemy import Executable, Table, bindparam, select, update

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthenticationError
from questlog.core.prepared import prepared
from questlog.identity import memory
from questlog.identity.door_models import ExternalIdentity
from questlog.identity.issuer_verifiers import Vouched
from questlog.identity.memory import Memory
from questlog.identity.models import User
from questlog.identity.principals import Principal

IDENTITIES = cast(Table, ExternalIdentity.__table__)

type Name = tuple[str, str]


class AccountClosedError(AuthenticationError):
    code = "account_closed"
    default_message = "This account is closed. Ask the administrator of this server."

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class IssuerPresence:
    """One process's memory of them, by issuer and subject; bounded."""

    def __init__(self) -> None:
        self._seen = Memory[Name]()
        self._used: dict[Name, datetime] = {}

    async def find(self, database: Database, vouched: Vouched) -> Principal | None:
        """Return whose identity this is, or None for nobody's. Raises `AccountClosedError`."""
        return await self.of_name(database, (vouched.issuer, vouched.subject))

    async def of_name(self, database: Database, name: Name) -> Principal | None:
        """Return whose identity has this name, or None for nobody's. Raises `AccountClosedError`."""
        seen = self._seen.recall(name)
        found = seen.principal if seen else await self._seen.learn(name, database.read(load, *name))
        if found is not None and len(self._used) < memory.CAPACITY:
            self._used[name] = clock.now()
        return found

    async def remember(self, vouched: Vouched, arrival: Awaitable[Principal]) -> Principal:
        name = vouched.issuer, vouched.subject
        found = await self._seen.learn(name, arrival)
        return cast(Principal, found)

    async def write_uses(self, database: Database) -> None:
        """Store when identities were last used since this was last called: exact to the time between."""
        used, self._used = self._used, {}
        try:
            if used:
                await database.write(_store_uses, used)
        except BaseException:
            self._used = used | self._used  # for the next time
            raise


async def load(session: Session, issuer: str, subject: str) -> Principal | None:
    """Return whose identity this is, or None for nobody's. Raises `AccountClosedError`."""
    row = (await session.execute(*_known(issuer, subject))).first()
    if row is None:
        return None
    user_id, closed_at, role, email, locale, timezone = row
    if closed_at is not None:
        raise AccountClosedError()
    return Principal(user_id, None, role, email, locale, timezone, issuer=issuer, subject=subject)


@prepared
def _known(issuer: str, subject: str) -> Executable:
    about = (User.role, User.email, User.locale, User.timezone)
    return (
        select(User.id, User.deactivated_at, *about)
        .join(ExternalIdentity, ExternalIdentity.user_id == User.id)
        .where(ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject)
    )


async def _store_uses(session: Session, used: dict[Name, datetime]) -> None:
    its = IDENTITIES.c
    await session.execute(
        update(IDENTITIES)
        .where(its.issuer == bindparam("its_issuer"), its.subject == bindparam("its_subject"))
        .where(its.last_used_at < bindparam("used_at"))
        .values(last_used_at=bindparam("used_at")),
        [
            {"its_issuer": issuer, "its_subject": subject, "used_at": used[issuer, subject]}
            for issuer, subject in sorted(used)
        ],
    )
