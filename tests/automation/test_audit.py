"""Writing the audit log."""

from uuid import UUID

import pytest
from sqlalchemy import select

from questlog.automation import audit
from questlog.automation.audit_models import AuditEntry
from questlog.core.caller import Caller, asked_by
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from tests.support.sql import count_statements

ACCOUNT = new_id()
SENDER = Caller("user:ada", "192.0.2.7", "curl/8\n\x1b[31mred", "request-1")


async def lines(database: Database) -> list[AuditEntry]:
    async with database.reader() as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


async def change_a_role(session: Session) -> None:
    audit.record(session, "role.changed", account_id=ACCOUNT, details={"to": "admin"})


async def change_a_role_and_fail(session: Session) -> None:
    await change_a_role(session)
    raise ArithmeticError


async def test_a_line_says_who_from_where_and_in_which_request(database: Database) -> None:
    asked_by.set(lambda: SENDER)

    await database.write(change_a_role)

    (line,) = await lines(database)
    assert (line.action, line.account_id, line.details) == (
        "role.changed",
        ACCOUNT,
        {"to": "admin"},
    )
    assert (line.actor, line.address, line.request_id) == ("user:ada", "192.0.2.7", "request-1")
    assert line.user_agent == "curl/8[31mred"


async def test_a_line_goes_where_its_change_goes(database: Database) -> None:
    with pytest.raises(ArithmeticError):
        await database.write(change_a_role_and_fail)

    assert await lines(database) == []


async def test_what_was_refused_is_written_alone(database: Database) -> None:
    asked_by.set(lambda: Caller(address="192.0.2.7"))

    await audit.record_alone(database, "login.failed", details={"reason": "unknown_account"})

    (line,) = await lines(database)
    assert (line.action, line.actor, line.account_id) == ("login.failed", "anonymous", None)


async def test_many_lines_of_one_transaction_are_one_statement(database: Database) -> None:
    async def change_three(session: Session) -> None:
        for _ in range(3):
            await change_a_role(session)

    with count_statements(database) as statements:
        await database.write(change_three)

    assert len(statements) == 1
    assert len(await lines(database)) == 3


@pytest.mark.parametrize(
    ("caller", "actor"),
    [(Caller(), "system"), (Caller("cli"), "cli"), (Caller(address="192.0.2.7"), "anonymous")],
)
async def test_somebody_always_did_it(database: Database, caller: Caller, actor: str) -> None:
    asked_by.set(lambda: caller)

    await database.write(change_a_role)

    assert [line.actor for line in await lines(database)] == [actor]


async def test_who_is_only_just_known_is_named_by_the_verb(database: Database) -> None:
    async def sign_in(session: Session, user_id: UUID) -> None:
        session.info["actor"] = f"user:{user_id}"
        audit.record(session, "login.succeeded", account_id=user_id)

    asked_by.set(lambda: Caller(address="192.0.2.7"))

    await database.write(sign_in, ACCOUNT)

    assert [line.actor for line in await lines(database)] == [f"user:{ACCOUNT}"]
