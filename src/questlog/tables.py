"""Every table of the house in one place, so that Alembic sees them all."""

from questlog.automation import models as automation
from questlog.identity import models as identity
from questlog.planning import dependency_models as dependencies
from questlog.planning import filter_models as filters
from questlog.planning import import_models as imports
from questlog.planning import models as planning

__all__ = ["automation", "dependencies", "filters", "identity", "imports", "planning"]
