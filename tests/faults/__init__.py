"""What breaks, and what must remain: run by `make faults`."""
