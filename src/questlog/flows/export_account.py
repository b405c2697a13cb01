"""Giving everything out: one JSON document with all that belongs to a user, which `import_tasks` reads back.

Every table with an owner is in it, including those of tomorrow, and the lines of the audit log about the account;
columns marked secret, what follows from other columns and what `LEFT_OUT` names are not. It is made piece by piece, in short readings, so that an account of any size needs little memory and
holds up no writer; each object has a line of its own.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Column, ColumnElement, Row, Table, select, tuple_

from questlog.automation import audit
from questlog.core import clock
from questlog.core.db import Base, Database, Session, Verb
from questlog.planning.importers.questlog import FORMAT, VERSION
from questlog.planning.importers.questlog_objects import MODELS
from questlog.planning.task_answers import label_names, sorted_names

ROWS_PER_READING = 1000
OWNER = "user_id"
LABELS = "labels"
# Tasks carry the names of their labels.
FOLDED_IN = frozenset({"task_labels"})
# Tables that are not in it, and why.
LEFT_OUT: Mapping[str, str] = {
    "calendar_links": "nothing but the digest of what opens the calendar",
    "exchange_codes": "good for a minute, and only for the browser that asked",
    "factor_tickets": "a sign-in under way",
    "jobs": "what the server is about to do for the account; it means nothing elsewhere",
    "oidc_attempts": "a sign-in under way",
    "recovery_codes": "nothing but digests of what opens the account",
    "run_parts": "what the coach sent while it answered; its messages say the same",
    "runs": "how the coach came to an answer; its messages have the answers",
    "socket_tickets": "good for a minute, and only once",
    "totp_secrets": "nothing but a secret that opens the account",
    "undo_states": "what the changes of the last day replaced; it means nothing elsewhere",
}
# The audit log names accounts without pointing to them.
OWNERS: Mapping[str, str] = {"audit_entries": "account_id"}
DERIVED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("goals", "projects", "tasks"), frozenset({"title_key"})),
    "saved_filters": frozenset({"folded"}),
    "labels": frozenset({"folded"}),
    "items": frozenset({"search_text"}),
}


@dataclass(frozen=True)
class Section:
    """One table of the document."""

    table: Table

    @property
    def owner(self) -> Column[Any]:
        return self.table.c[OWNERS.get(self.table.name, OWNER)]

    @cached_property
    def columns(self) -> list[ColumnElement[Any]]:
        left_out = {self.owner.name, *DERIVED.get(self.table.name, ())}
        told: list[ColumnElement[Any]] = [
            column
            for column in self.table.c
            if column.name not in left_out and not column.info.get("secret")
        ]
        return [*told, label_names().label(LABELS)] if self.table.name == "tasks" else told

    @cached_property
    def order(self) -> list[ColumnElement[Any]]:
        """What tells the rows of one owner apart, from one reading to the next."""
        keys = [column for column in self.table.primary_key if column.name != OWNER]
        return [*keys] or [self.owner]


def sections() -> list[Section]:
    """Return every table with an owner; first those that can be read back, in the order they refer to each other."""
    owned = {
        name: table
        for name, table in Base.metadata.tables.items()
        if OWNERS.get(name, OWNER) in table.c and name not in FOLDED_IN | LEFT_OUT.keys()
    }
    others = sorted(owned.keys() - MODELS.keys())
    return [Section(owned[name]) for name in [*MODELS, *others]]


async def export_account(database: Database, user_id: UUID) -> AsyncIterator[bytes]:
    """Yield the document in pieces, after noting in the audit log that it was asked for."""
    await audit.record_alone(database, "export.made", account_id=user_id)
    user = await _read(database, _user, user_id)
    head = {"format": FORMAT, "version": VERSION, "exported_at": clock.now(), "user": user}
    yield b"{\n" + b",\n".join(b'"%s": %s' % (key.encode(), to_json(head[key])) for key in head)
    for section in sections():
        yield b',\n"%s": [' % section.table.name.encode()
        separator, after = b"\n", None
        while rows := await _read(database, _rows, user_id, section, after):
            yield separator + b",\n".join(to_json(_told(section, row)) for row in rows)
            separator, after = b",\n", rows[-1][-len(section.order) :]
        yield b"\n]"
    yield b"\n}\n"


async def _read[Result](database: Database, verb: Verb[Result], *args: Any) -> Result:
    async with database.unit(writes=False) as session:
        session.info["slow"] = True
        return await database.run(session, verb(session, *args))


async def _user(session: Session, user_id: UUID) -> dict[str, Any]:
    users = Base.metadata.tables["users"]
    shown = [column for column in users.c if not column.info.get("secret")]
    found = await session.execute(select(*shown).where(users.c.id == user_id))
    return dict(found.one()._mapping)


async def _rows(
    session: Session, user_id: UUID, section: Section, after: Sequence[Any] | None
) -> Sequence[Row[Any]]:
    keys = section.order
    statement = select(*section.columns, *(key.label(f"key_{n}") for n, key in enumerate(keys)))
    statement = statement.where(section.owner == user_id)
    if after is not None:
        types = [key.type for key in keys]
        statement = statement.where(tuple_(*keys) > tuple_(*after, types=types))
    found = await session.execute(statement.order_by(*keys).limit(ROWS_PER_READING))
    return found.all()


def _told(section: Section, row: Row[Any]) -> dict[str, Any]:
    told = dict(zip((column.name for column in section.columns), row, strict=False))
    if section.table.name == "tasks":
        told[LABELS] = sorted_names(told[LABELS])
    return told
