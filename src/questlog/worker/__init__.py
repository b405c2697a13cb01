"""What happens later: drives the relay and whatever runs on a schedule."""
