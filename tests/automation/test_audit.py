"""Writing the audit log."""

import re
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

import questlog
from questlog.automation import audit, audit_log
from questlog.automation.audit_actions import ACTIONS
from questlog.automation.audit_models import AuditEntry
from questlog.core.caller import Caller, asked_by
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.identity.front_desk import FrontDesk
from questlog.worker import housekeeping
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

SOURCE = Path(questlog.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "audit-log.md"

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


def actions_of_the_page() -> list[str]:
    return re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", PAGE.read_text(), re.MULTILINE)


def test_the_page_explains_every_action() -> None:
    explained = actions_of_the_page()

    assert explained == sorted(ACTIONS)


def test_every_action_is_told_somewhere() -> None:
    code = "".join(
        path.read_text() for path in SOURCE.rglob("*.py") if path.name != "audit_actions.py"
    )

    untold = [action for action in ACTIONS if f'"{action}"' not in code]

    assert untold == []


def test_s145_lines_are_only_added_but_for_housekeeping() -> None:
    """Whatever else changes the table would have to name it: by its class, its table, or its name in SQL."""
    naming = re.compile(r"\bAuditEntry\b|\bimport ENTRIES\b|\baudit\.ENTRIES\b|audit_entries")

    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if naming.search(path.read_text())
    }

    assert found == {
        "automation/audit.py",
        "automation/audit_log.py",
        "automation/audit_models.py",
        "flows/export_account.py",  # gives the lines out
    }
    changing = re.compile(r"\b(?:update|delete)\(ENTRIES\)")
    assert changing.findall((SOURCE / "automation/audit.py").read_text()) == []
    assert len(changing.findall((SOURCE / "automation/audit_log.py").read_text())) == 2


async def test_addresses_are_blanked_after_90_days_and_lines_go_after_400(
    database: Database, moving_clock: MovingClock
) -> None:
    asked_by.set(lambda: SENDER)
    await database.write(change_a_role)
    moving_clock.move(days=89)
    await database.write(audit_log.sweep)
    (young,) = await lines(database)

    moving_clock.move(days=2)
    await database.write(audit_log.sweep)
    (old,) = await lines(database)
    moving_clock.move(days=310)
    await database.write(audit_log.sweep)

    assert young.address == "192.0.2.7"
    assert (old.address, old.user_agent) == (None, None)
    assert (old.actor, old.request_id) == ("user:ada", "request-1")
    assert await lines(database) == []


async def test_house_keeping_tidies_the_log(
    database: Database, desk: FrontDesk, moving_clock: MovingClock
) -> None:
    await database.write(change_a_role)
    moving_clock.move(days=401)

    await housekeeping.keep_house(database, desk.keyring)

    assert await lines(database) == []


class UndoneError(Exception):
    """Rolls back what a test did."""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET details = '{}'",
        "UPDATE audit_entries SET actor = 'system'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ],
)
async def test_s145_a_server_with_the_printed_grants_cannot_change_the_log(
    database: Database, statement: str
) -> None:
    if database.is_sqlite:
        return  # knows no roles
    await database.write(change_a_role)
    printed = re.findall(r"^(?:REVOKE|GRANT) .*;$", PAGE.read_text(), re.MULTILINE)

    async def as_the_server(session: Session) -> None:
        for grant in ("CREATE ROLE questlog_server", *printed, "SET LOCAL ROLE questlog_server"):
            await session.execute(text(grant))
        await change_a_role(session)
        await audit.write_recorded(session)
        await audit_log.sweep(session)
        with pytest.raises(ProgrammingError, match="permission denied"):
            await session.execute(text(statement))
        raise UndoneError

    with pytest.raises(UndoneError):
        await database.write(as_the_server)

    assert len(printed) == 2
    assert len(await lines(database)) == 1
