"""Every table of the house in one place, so that Alembic sees them all."""

from questlog.automation import audit_models as audit
from questlog.automation import job_models as jobs
from questlog.automation import models as automation
from questlog.automation import webhook_models as webhooks
from questlog.coach import models as coach
from questlog.game import models as game
from questlog.identity import door_models as doors
from questlog.identity import factor_models as factors
from questlog.identity import key_models as keys
from questlog.identity import link_models as links
from questlog.identity import models as identity
from questlog.learning import models as learning
from questlog.planning import dependency_models as dependencies
from questlog.planning import filter_models as filters
from questlog.planning import import_models as imports
from questlog.planning import models as planning
from questlog.planning import reminder_models as reminders

__all__ = [
    "audit",
    "automation",
    "coach",
    "dependencies",
    "doors",
    "factors",
    "filters",
    "game",
    "identity",
    "imports",
    "jobs",
    "keys",
    "learning",
    "links",
    "planning",
    "reminders",
    "webhooks",
]
