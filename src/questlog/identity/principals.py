"""Who is asking, as a request knows it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Principal:
    """A signed-in user and the session they came with (None for a way in without sessions)."""

    user_id: UUID
    session_id: UUID | None
    role: str
    email: str | None
    locale: str
    timezone: str

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"
