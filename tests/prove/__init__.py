"""Each guard switched off in turn must turn its test red: run by `make prove`."""
