"""A module dropped here becomes `questlog cmd <its name>`."""
