"""Players and their ledger, streaks, bosses, objectives. Knows numbers, never tasks."""
