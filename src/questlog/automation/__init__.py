"""The event log, and what is told to the outside because of it."""
