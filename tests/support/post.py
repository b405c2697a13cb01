"""Mail that somebody asks for."""

from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.identity import email_codes
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from tests.conftest import CHEAP

ADDRESS = "ada@example.org"


async def ask_for_a_code(database: Database, settings: Settings, email: str = ADDRESS) -> None:
    desk = FrontDesk(settings, cost=CHEAP)
    await database.write(email_codes.send, desk, email, "sign_in", Clues("127.0.0.1"))
    desk.close()
