"""Adapters to the outside world: they read, close, talk, write."""
