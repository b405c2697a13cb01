"""Speed, as ratios to a bare route: run by `make bench`."""
