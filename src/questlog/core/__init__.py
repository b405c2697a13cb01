"""The cellar: settings, database, clock, ids, errors. Knows nothing of the floors above."""
