"""What the coach reads of the row of a person it talks with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from questlog.identity.models import User


@dataclass(frozen=True, slots=True)
class Person:
    name: str | None
    profile_text: str | None
    deactivated_at: datetime | None


def selecting(user_id: UUID) -> Select[str, str | None, datetime | None]:
    """Return a statement whose row is a `Person`."""
    return select(User.name, User.profile_text, User.deactivated_at).where(User.id == user_id)
