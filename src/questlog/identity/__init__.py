"""Users, sessions, passwords, e-mail codes: who someone is."""
