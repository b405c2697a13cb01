"""The pages that the server brings along."""
