"""Answers across domains that only read."""
