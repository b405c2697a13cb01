"""The assistant: its tools call the same flows as the buttons do."""
