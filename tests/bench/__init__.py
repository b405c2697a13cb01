"""How fast it is, as ratios to a bare FastAPI route in the same run."""
