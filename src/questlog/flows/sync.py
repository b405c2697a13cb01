"""Keeping a copy of what somebody plans: what changed since a place in the event log, as it is now.

The log is read before the things, so a copy may run ahead of its place, and never falls behind it: what is told twice
is the same, and a later answer is the newer one. Without a place everything is told, kind by kind, and then what
changed meanwhile. A copy whose place is in another past than ours (the events are gone, a backup was restored) or in
another language begins anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from questlog.automation import event_touches
from questlog.automation.event_touches import AT_ONCE, Touches
from questlog.core.db import Session
from questlog.core.pagination import BadCursorError
from questlog.flows import sync_tokens
from questlog.flows.sync_tokens import BadSyncTokenError, Place, Walk
from questlog.planning import synced_kinds
from questlog.planning.synced_kinds import BY_NAME, KINDS

MOST_EVENTS = 10 * AT_ONCE
TASK, REMINDER = "task", "reminder"
type Name = tuple[str, str]
"""The kind and the id of a thing, as events write them."""


@dataclass(frozen=True)
class Synced:
    """`is_full` asks to drop the copy first. `elsewhere` names other kinds of things that something happened to."""

    next: str
    changes: dict[str, list[dict[str, Any]]]
    tombstones: list[Name] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    is_full: bool = False
    has_more: bool = False


async def sync(
    session: Session, user_id: UUID, since: str | None, *, limit: int, locale: str
) -> Synced:
    """Return at most `limit` things to change in a copy, and where it stands then. Raises `BadSyncTokenError`."""
    token = None if since is None else sync_tokens.read(since)
    if isinstance(token, Walk) and token.start.locale == locale:
        return await _walk(session, user_id, token, limit)
    if isinstance(token, Place) and token.locale == locale:
        told = await event_touches.from_on(session, user_id, token.seq)
        if await _goes_on(session, user_id, token, told):
            return await _follow(session, user_id, token, told, limit)
    seq, event_id = await event_touches.last_of(session, user_id)
    return await _walk(session, user_id, Walk(Place(seq, event_id, locale)), limit, is_full=True)


async def _goes_on(session: Session, user_id: UUID, place: Place, told: list[Touches]) -> bool:
    """Tell whether the log still has everything behind a place, which is in its past."""
    if told and told[0].seq == place.seq:
        return told[0].event_id == place.event_id
    if place.event_id is not None:
        return False
    if told:
        return told[0].seq == place.seq + 1
    return await event_touches.last_of(session, user_id) == (place.seq, None)


async def _walk(
    session: Session, user_id: UUID, walk: Walk, limit: int, *, is_full: bool = False
) -> Synced:
    """Tell the next of everything. A walk of several answers is followed by what changed on the way."""
    changes = _nothing()
    left, number, cursor = limit, walk.kind, walk.cursor
    while left and number < len(KINDS):
        kind = KINDS[number]
        try:
            shown, cursor = await synced_kinds.page(
                session, user_id, kind, left, cursor, locale=walk.start.locale
            )
        except BadCursorError as error:
            raise BadSyncTokenError(pointer="/query/since") from error
        changes[kind.plural] = shown
        left -= len(shown)
        number += cursor is None
    is_over = number >= len(KINDS)
    token = sync_tokens.write(walk.start if is_over else Walk(walk.start, number, cursor))
    return Synced(token, changes, is_full=is_full, has_more=not (is_over and is_full))


async def _follow(
    session: Session, user_id: UUID, place: Place, told: list[Touches], limit: int
) -> Synced:
    """Tell what changed behind a place."""
    news = News(place, limit)
    news.read(told)
    while len(told) == AT_ONCE and not news.is_over:
        told = await event_touches.from_on(session, user_id, news.place.seq + 1)
        news.read(told)
    changes, gone = await _as_they_are(session, user_id, news.names, locale=place.locale)
    return Synced(
        sync_tokens.write(news.place),
        changes,
        gone,
        sorted(news.elsewhere),
        has_more=news.is_over,
    )


@dataclass
class News:
    """What events touched, once each, up to `limit` things; and the place behind what is told of them."""

    place: Place
    limit: int
    names: dict[Name, None] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    is_over: bool = False
    seen: int = 0

    def read(self, events: Iterable[Touches]) -> None:
        for event in events:
            if event.seq <= self.place.seq:
                continue
            self._take(event)
            if self.is_over:
                return
            self.place = Place(event.seq, event.event_id, self.place.locale)
            self.seen += 1
            self.is_over = self.seen >= MOST_EVENTS
            if event.noun not in BY_NAME:
                self.elsewhere.add(event.noun)

    def _take(self, event: Touches) -> None:
        """An event that touched more than there is room for is told in parts."""
        before = self.place.told
        for told, name in enumerate(event.objects[before:], before):
            if name[0] not in BY_NAME or name in self.names:
                continue
            if len(self.names) >= self.limit:
                place = self.place
                self.place = Place(place.seq, place.event_id, place.locale, told)
                self.is_over = True
                return
            self.names[name] = None


async def _as_they_are(
    session: Session, user_id: UUID, names: Iterable[Name], *, locale: str
) -> tuple[dict[str, list[dict[str, Any]]], list[Name]]:
    """Return the things as their lists show them, and those that no list has any more."""
    changes, gone = _nothing(), []
    wanted = set(names)
    tasks = [UUID(id_) for name, id_ in wanted if name == TASK]
    if tasks:
        found_too = await synced_kinds.reminders_of(session, user_id, tasks)
        wanted |= {(REMINDER, str(id_)) for id_ in found_too}
    for kind in KINDS:
        ids = sorted(UUID(id_) for name, id_ in wanted if name == kind.name)
        if not ids:
            continue
        found = await synced_kinds.some(session, user_id, kind, ids, locale=locale)
        changes[kind.plural] = [found[id_] for id_ in ids if id_ in found]
        gone += [(kind.name, str(id_)) for id_ in ids if id_ not in found]
    return changes, gone


def _nothing() -> dict[str, list[dict[str, Any]]]:
    return {kind.plural: [] for kind in KINDS}
