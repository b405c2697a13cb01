"""Whole stories, lived through a running server."""
