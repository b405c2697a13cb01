"""A self-hosted server for goals, projects and tasks."""

__version__ = "0.1.0"
