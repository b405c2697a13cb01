"""Tests, laid out like the source; every one that touches data runs on both databases."""
